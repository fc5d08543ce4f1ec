"""What holds for a rating, and for a list of ratings that is imported."""
