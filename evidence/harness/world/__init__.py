"""The synthetic world: its phrases, its questions, its judge and its documents."""
