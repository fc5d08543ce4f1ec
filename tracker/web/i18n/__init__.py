"""Languages of pages, and of the framework's words on them."""
