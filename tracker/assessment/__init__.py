"""Rating: one answer, many answers, a list from a file, older ratings."""
