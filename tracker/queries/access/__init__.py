"""Who asks, and the records that the doors load."""
