"""The classifier as a library: no framework, no database, no network."""
