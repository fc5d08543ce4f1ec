"""Plain Python: the rules of the product, with no Flask and no SQLAlchemy."""
