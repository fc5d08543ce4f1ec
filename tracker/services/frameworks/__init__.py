"""Importing a framework file, and corrections that readers suggest."""
