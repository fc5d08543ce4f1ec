"""The audit and its chain, restore tests, and what must be true in a database."""
