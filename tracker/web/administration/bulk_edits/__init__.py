"""One change for several people at once: preview, then all or nobody."""
