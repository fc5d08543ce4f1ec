"""Commands for whoever runs the server: what is wrong, what may be done, and how it does."""
