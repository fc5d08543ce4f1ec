"""What becomes of each thing that hangs on somebody, before they go."""
