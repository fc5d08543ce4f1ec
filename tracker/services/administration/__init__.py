"""What an administrator changes in a library."""
