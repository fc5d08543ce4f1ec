"""Published frameworks, what readers suggest to correct, and what a library leaves out."""
