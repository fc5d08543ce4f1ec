"""Today: what waits for somebody in each of their roles. The one room that may read from the
others."""
