"""Rating oneself: cards, grids, and lists that are imported."""
