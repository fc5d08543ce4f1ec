"""Framework files, the scale, and the words of a framework."""
