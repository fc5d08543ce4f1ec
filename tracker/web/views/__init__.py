"""The pages, a file for each noun. A new file's blueprint joins the list."""

from flask import Blueprint

from tracker.web.views import accounts, assess, home, statements, teams

BLUEPRINTS: list[Blueprint] = [
    accounts.bp,
    assess.bp,
    home.bp,
    statements.bp,
    teams.bp,
]
