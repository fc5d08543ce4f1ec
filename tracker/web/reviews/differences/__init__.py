"""The differences of a review: choosing, confirming, taking back, and the page of it all."""
