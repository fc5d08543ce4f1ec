"""What came of reviews: endorsements and agreed exceptions."""
