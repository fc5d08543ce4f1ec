"""Reviews from sending to endorsement, and who goes on with them."""
