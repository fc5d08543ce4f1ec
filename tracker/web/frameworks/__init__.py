"""The public pages of frameworks, and corrections that readers suggest."""
