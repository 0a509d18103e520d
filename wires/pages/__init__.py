"""The public pages. They show records, which the change log made."""
