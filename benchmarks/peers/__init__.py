"""The same work done by this harness and by other tools, each in an environment of its own."""
