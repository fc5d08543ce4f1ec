"""The main navigation: of each person what they do in their roles."""

from dataclasses import dataclass

from flask import current_app, request, url_for
from flask_babel import gettext as _

from tracker.policy.permissions import Actor
from tracker.web.http import session
from tracker.web.http.redirects import address_here


@dataclass(frozen=True, slots=True)
class NavItem:
    """A link of the main navigation. `short` names it, and `icon` draws it, in the bar at the foot
    of a phone."""

    label: str
    short: str
    icon: str
    href: str
    current: bool


IN_THE_BAR = 5
"""As many links stand in the bar at the foot of a phone; the others are in the menu."""


ICONS = {
    "dashboard.index": "home",
    "assessment.resume": "list",
    "evidence.index": "sheet",
    "reviews.index": "talk",
    "profiles.own": "bars",
    "teams.index": "people",
    "admin.index": "sliders",
    "system.index": "sliders",
    "frameworks.index": "book",
}


def links() -> list[NavItem]:
    """The main navigation of this person: what they do in each of their roles, and nothing else.
    The first five are what they do most."""
    actor = session.actor_or_none()
    offered = [("frameworks.index", _("Framework"))] if actor is None else _of_roles(actor)
    short = {"assessment.resume": _("Rate"), "admin.index": _("Admin")}
    return [
        NavItem(
            label=label,
            short=short.get(endpoint, label),
            icon=ICONS[endpoint],
            href=url_for(endpoint),
            current=_is_current(endpoint),
        )
        for endpoint, label in offered
        if endpoint in current_app.view_functions
    ]


def _of_roles(actor: Actor) -> list[tuple[str, str]]:
    links: list[tuple[str, str]] = [("dashboard.index", _("Today"))]
    if actor.learns_in:
        links += [("assessment.resume", _("Self-assessment")), ("evidence.index", _("Evidence"))]
    if actor.learns_in or actor.supervises or actor.coordinates:
        links += [("reviews.index", _("Reviews"))]
    if actor.learns_in:
        links += [("profiles.own", _("Profile"))]
    if actor.supervises or actor.coordinates:
        links += [("teams.index", _("Teams"))]
    if actor.administrator:
        links += [("admin.index", _("Administration"))]
    elif actor.operator:
        links += [("system.index", _("System"))]
    return [*links, ("frameworks.index", _("Framework"))]


def _is_current(endpoint: str) -> bool:
    """Whether the page belongs to that link: by its blueprint, or because its address stands below
    the link's."""
    page, link = (request.endpoint or "").partition(".")[0], endpoint.partition(".")[0]
    return page == link or address_here().startswith(f"{url_for(endpoint)}/")
