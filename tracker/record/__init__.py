"""What is said of skills: the sheet, and what is read from it."""
