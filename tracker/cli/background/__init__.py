"""The worker beside the server, what it does daily, and who begins it again."""
