"""Records of what becomes of a framework in libraries: who is carried to a later version."""
