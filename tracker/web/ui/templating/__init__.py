"""What every template can use."""
