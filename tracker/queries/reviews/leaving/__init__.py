"""What hangs on somebody who leaves, and where it goes."""
