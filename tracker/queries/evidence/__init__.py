"""Evidence and its versions."""
