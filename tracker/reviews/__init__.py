"""Reviews from sending to their result: answers, differences, endorsements, handovers."""
