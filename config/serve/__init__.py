"""`manage.py serve`: the whole site in the foreground, and all of it gone when it ends."""
