"""What every request goes through: sign-in, doors, keys of forms, checks, errors, headers, limits,
log."""
