"""Go to: pages by their names, and what one may open by its words. What was looked for is kept
nowhere, and no log has it."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, current_app, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from tracker.queries.dashboard.search import Findable, Found, FoundKind, search
from tracker.rules.frameworks.search import FIND_MAX
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door, may
from tracker.web.i18n.render import render
from tracker.web.ui.templating import navigation

bp = Blueprint("search", __name__)
MOST, MOST_OF_ONE = 5, 200
TITLES = {
    FoundKind.STATEMENT: _l("Statements"),
    FoundKind.EVIDENCE: _l("Your evidence"),
    FoundKind.REVIEW: _l("Reviews"),
    FoundKind.PERSON: _l("People"),
    FoundKind.ACCOUNT: _l("Accounts"),
    FoundKind.TEAM: _l("Teams"),
    FoundKind.PAGE: _l("Pages"),
}
_ADMIN, _SYSTEM = _l("Administration"), _l("System")
PAGES = {
    "assessment.five": (_l("Rate 5 statements"), ""),
    "rating_lists.new": (_l("Import ratings"), ""),
    "evidence.new": (_l("Add evidence"), ""),
    "reviews.new": (_l("Send statements for review"), ""),
    "delegates.index": (_l("Your backup reviewers"), ""),
    "notices.index": (_l("Notices"), ""),
    "jobs.index": (_l("Background work"), ""),
    "accounts.show": (_l("Your account"), ""),
    "accounts.password": (_l("Change your password"), ""),
    "address_changes.show": (_l("Change your email address"), ""),
    "given_links.code": (_l("Make a recovery code"), ""),
    "own_readers.index": (_l("New readers of your record"), ""),
    "dashboard.use_statement": (_l("How ratings are used"), ""),
    "front.help_page": (_l("Help"), ""),
    "front.privacy": (_l("Privacy"), ""),
    "front.accessibility": (_l("Accessibility"), ""),
    "front.about": (_l("About Skills Tracker"), ""),
    "admin_people.index": (_l("People"), _ADMIN),
    "admin_people.new": (_l("Add a person"), _ADMIN),
    "rosters.index": (_l("Import people"), _ADMIN),
    "people_invitations.index": (_l("Invitations"), _ADMIN),
    "admin_teams.index": (_l("Teams"), _ADMIN),
    "admin_teams.new": (_l("Add a team"), _ADMIN),
    "admin_role_profiles.index": (_l("Job profiles"), _ADMIN),
    "admin_role_profiles.new": (_l("Add a job profile"), _ADMIN),
    "version_moves.index": (_l("Versions in use"), _ADMIN),
    "admin_rounds.index": (_l("Rounds"), _ADMIN),
    "admin_rounds.new": (_l("Add a round"), _ADMIN),
    "admin_use_statement.show": (_l("How ratings are used"), _ADMIN),
    "admin_exclusions.index": (_l("Not rated here"), _ADMIN),
    "admin_sensitive.index": (_l("Statements on personal matters"), _ADMIN),
    "admin.library": (_l("Library settings"), _ADMIN),
    "sign_in_settings.show": (_l("Sign-ins and invitations"), _ADMIN),
    "corrections.index": (_l("Suggested corrections"), _ADMIN),
    "admin_mail.index": (_l("Mail"), _ADMIN),
    "access_review.index": (_l("Access review"), _ADMIN),
    "admin_audit.index": (_l("Audit"), _ADMIN),
    "admin_backup.index": (_l("Backup"), _SYSTEM),
    "framework_drafts.index": (_l("Versions of frameworks"), _SYSTEM),
    "libraries.new": (_l("Add a library"), _SYSTEM),
}
"""Beside the main navigation, by their names; each is found by whom its door lets in."""


@bp.get("/search")
@door(Permission.SIGNED_IN)
def index() -> ResponseReturnValue:
    """`?q=`; `?only=` shows one kind, and all of it. Where a link leads from here is not told what
    was looked for: a proxy's log of errors would have it."""
    find, only = request.args.get("q", "").strip()[:FIND_MAX], request.args.get("only")
    kind, pages = FoundKind(only) if only in set(FoundKind) else None, list(_pages())
    found = _found(find, kind, pages) if find else None
    page = render(
        "dashboard/search.html",
        find=find,
        only=kind,
        found=found,
        spellings=", ".join(f"“{each}”" for each in found.spellings) if found else "",
        pages=pages,
        titles=TITLES,
        href=_href,
    )
    return page, {"Referrer-Policy": "origin"}


def _found(find: str, only: FoundKind | None, pages: list[Findable]) -> Found:
    most = {only: MOST_OF_ONE} if only else dict.fromkeys(FoundKind, MOST)
    return search(session.actor(), find, session.today(), session.blind_spots(), pages, most)


def _pages() -> Iterator[Findable]:
    """What the main navigation shows, and the others whose door would open."""
    for link in navigation.links():
        yield Findable(link.href, link.label)
    for endpoint, (label, where) in PAGES.items():
        asks: Any = current_app.view_functions[endpoint]
        if asks.permission is Permission.PUBLIC or may(asks.permission):
            yield Findable(url_for(endpoint), str(label), where=str(where))


RECORDS = {
    FoundKind.EVIDENCE: ("evidence.show", "evidence_id"),
    FoundKind.PERSON: ("profiles.show", "person_id"),
    FoundKind.ACCOUNT: ("admin_people.show", "person_id"),
}


def _href(kind: FoundKind, key: Any) -> str:
    if kind is FoundKind.PAGE:
        return str(key)
    if kind is FoundKind.STATEMENT:
        return _statement(key)
    if kind is FoundKind.REVIEW:
        return url_for("reviews.show", review_id=key.id)
    if kind is FoundKind.TEAM:
        team_id, is_readable = key
        return url_for("teams.show" if is_readable else "admin_teams.edit", team_id=team_id)
    endpoint, name = RECORDS[kind]
    return url_for(endpoint, **{name: key})


def _statement(key: Any) -> str:
    """One's own, or its place on the public page."""
    if isinstance(key, int):
        return url_for("statements.show", statement_id=key)
    slug, version, code = key
    return url_for("frameworks.show", slug=slug, version=version, _anchor=code)
