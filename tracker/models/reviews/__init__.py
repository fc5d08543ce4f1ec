"""Reviews, their items, and the endorsements and exceptions that come of them."""
