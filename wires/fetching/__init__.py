"""Documents from the web, as a library: addresses, downloads, text out of pages and files.

It knows no rows and no settings; what it may do is said by the `Limits` that it is given.
"""
