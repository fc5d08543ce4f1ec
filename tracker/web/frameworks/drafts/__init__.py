"""The next version of a framework: compared, decided about, and published."""
