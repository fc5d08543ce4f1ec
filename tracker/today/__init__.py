"""What waits for somebody today, what they search, the front page, the demo."""
