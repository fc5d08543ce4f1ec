"""What is typed into forms: kept, offered, and put back; and what was chosen on a page of another
version."""
