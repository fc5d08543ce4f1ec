"""Reviews: sending, answering, differences, and who goes on with them."""
