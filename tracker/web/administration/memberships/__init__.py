"""What somebody is in a team: add, correct, end, and ask another administrator."""
