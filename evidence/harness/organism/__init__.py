"""The small model: its words, its shape, how it is trained and where its weights lie."""
