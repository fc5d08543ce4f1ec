"""What people say, and the skills that it is said of."""
