"""Writes: one public function is one use case and one transaction; actor and `now` are
parameters."""
