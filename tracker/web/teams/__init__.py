"""Teams and their gaps."""
