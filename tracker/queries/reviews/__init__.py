"""Reviews as each of their sides may see them, and who may review whom."""
