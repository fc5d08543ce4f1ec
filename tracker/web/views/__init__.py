"""The pages, a file for each noun. A new file's blueprint joins the list."""

from flask import Blueprint

from tracker.web.views import accounts, corrections, frameworks, home, teams

BLUEPRINTS: list[Blueprint] = [
    accounts.bp,
    corrections.bp,
    frameworks.bp,
    home.bp,
    teams.bp,
]
