"""People, teams, job profiles, rounds and settings of a library."""
