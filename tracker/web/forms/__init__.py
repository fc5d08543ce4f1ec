"""Forms: what is typed, checked and kept. Choices are handed in."""
