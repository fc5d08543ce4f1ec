"""Endorsements and agreed exceptions: who gave them, what they were given for, and whether they
still fit."""
