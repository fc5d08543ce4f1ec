"""What changes from one version of a framework to the next."""
