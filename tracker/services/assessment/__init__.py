"""Rating, importing ratings, and being ready for a review."""
