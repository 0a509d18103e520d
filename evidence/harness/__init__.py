"""The evidence harness: a library of experiments on small models, with no framework."""
