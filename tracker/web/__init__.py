"""The frame of all pages: application, session, access, templating, refusals in words, controls."""
