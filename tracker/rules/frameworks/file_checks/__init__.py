"""What is wrong with a framework file, and how it is said."""
