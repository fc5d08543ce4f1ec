"""What was said of somebody's skills, and the versions that it counts on."""
