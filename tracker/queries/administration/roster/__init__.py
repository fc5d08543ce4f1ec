"""Lists of people that a library uploads, and what they are compared with."""
