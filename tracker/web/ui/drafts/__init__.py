"""What is typed into forms: kept, offered, and put back."""
