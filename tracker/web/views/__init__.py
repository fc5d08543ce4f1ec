"""The pages, a file for each noun. A new file's blueprint joins the list."""

from flask import Blueprint

from tracker.web.views import (
    accounts,
    admin,
    admin_audit,
    admin_memberships,
    admin_not_rated,
    admin_people,
    admin_role_profiles,
    admin_rounds,
    admin_teams,
    admin_use_statement,
    assess,
    corrections,
    evidence,
    frameworks,
    home,
    invitations,
    profiles,
    reviews,
    statements,
    teams,
)

BLUEPRINTS: list[Blueprint] = [
    accounts.bp,
    admin.bp,
    admin_audit.bp,
    admin_memberships.bp,
    admin_not_rated.bp,
    admin_people.bp,
    admin_role_profiles.bp,
    admin_rounds.bp,
    admin_teams.bp,
    admin_use_statement.bp,
    assess.bp,
    corrections.bp,
    evidence.bp,
    frameworks.bp,
    home.bp,
    invitations.bp,
    profiles.bp,
    reviews.bp,
    statements.bp,
    teams.bp,
]
