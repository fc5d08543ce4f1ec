"""Wrong passwords and links that are nobody's: counted, made to wait, and taken in turn."""
