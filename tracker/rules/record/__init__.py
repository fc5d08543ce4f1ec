"""What was said of somebody's skills, and what of it counts."""
