"""Answering many items on one screen."""
