"""Who is told what, and how mail is put together."""
