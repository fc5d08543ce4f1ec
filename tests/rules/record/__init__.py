"""What was said of skills, and what of it counts."""
