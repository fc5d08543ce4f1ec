"""The workflow of reviews, digests, agreement, endorsements and exceptions."""
