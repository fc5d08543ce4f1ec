"""What is asked of other programs about a file before it is kept."""
