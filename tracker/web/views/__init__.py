"""The pages, a file for each noun. A new file's blueprint joins the list."""

from flask import Blueprint

from tracker.web.views import accounts, home, teams

BLUEPRINTS: list[Blueprint] = [
    accounts.bp,
    home.bp,
    teams.bp,
]
