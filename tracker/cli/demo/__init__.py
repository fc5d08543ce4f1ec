"""The demo library: its people, what happened there, and the commands that make it."""
