"""What evidence may say and hold."""
