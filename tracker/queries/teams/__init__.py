"""Teams, and their gaps as their reader may be told."""
