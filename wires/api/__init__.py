"""The feed for programs: records, changes, and the schema of both."""
