"""The domain, free of HTTP and of Temporal."""
