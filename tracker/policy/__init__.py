"""Who may do what (permissions), and who may review whom (reviewers)."""
