"""What an administrator sees of a library, and what each person sees of their own account."""
