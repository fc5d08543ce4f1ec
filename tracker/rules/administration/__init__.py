"""What administrators may not do alone."""
