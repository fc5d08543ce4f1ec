"""Where people stand against their targets: the matrix, what is behind it, and files of it."""
