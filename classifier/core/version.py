"""The name stored with every verdict and proposal; change it when a rule or weight changes."""

CHECKER_VERSION = "2026-11.7"
