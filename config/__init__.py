"""The site: settings, addresses, the queue, the embedded server."""
