"""The only writers of reviews, items, endorsements and exceptions."""
