"""Another library, added by an operator."""
