"""Bundles, vectors and autoencoders in the formats of other tools, written and read here."""
