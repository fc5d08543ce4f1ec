"""Go to: pages by their names, and what one may open by its words. What was looked for is kept
nowhere, and no log has it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, gettext as _, lazy_gettext as _l

from tracker.frameworks.versions.rules_search import FIND_MAX
from tracker.rules.roles import Permission
from tracker.teams.team.queries import own_teams
from tracker.today.search.queries import Findable, FoundKind, search
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
_ADMIN, _SYSTEM, _ACCOUNT = _l("Administration"), _l("System"), _l("Your account")


@dataclass(frozen=True, slots=True)
class Page:
    """`words`: others that its readers use for it, which are not shown. `asks`: where its door is
    wider than what is found there."""

    label: LazyString
    words: LazyString
    where: LazyString | str = ""
    asks: Permission | None = None


MENU = {
    "dashboard.index": _l("home, start, to do, tasks, dashboard"),
    "assessment.resume": _l("rate, ratings, answers, skills, checklist"),
    "evidence.index": _l("proof, examples, notes, files, portfolio"),
    "reviews.index": _l("feedback, sent, waiting, supervisor"),
    "profiles.own": _l("levels, progress, report, export, download, print, PDF, CSV, results"),
    "teams.index": _l("members, staff, branches, my people, report"),
    "admin.index": _l("admin, settings, setup, manage"),
    "system.index": _l("status, health, versions, server"),
    "frameworks.index": _l("competencies, skills, statements, levels, standard"),
}
"""Words that readers use for what the main navigation shows."""
OF_TEAM = {
    "teams.gaps": Page(
        _l("Team gaps"),
        _l(
            "report, export, below target, training needs, Excel, CSV, PDF, compare, comparison, "
            "self-ratings beside reviews"
        ),
    ),
    "team_rounds.show": Page(
        _l("Round"),
        _l("progress, who has sent, finished, reminders, deadline, report"),
        asks=Permission.ROUND_READ,
    ),
}
"""Of each team that somebody supervises or coordinates themselves."""
PAGES = {
    "assessment.five": Page(_l("Rate 5 statements"), _l("quick, few, short, minutes")),
    "rating_lists.new": Page(
        _l("Import ratings"), _l("spreadsheet, Excel, CSV, upload, template, old ratings")
    ),
    "evidence.new": Page(_l("Add evidence"), _l("new, note, upload, file, link, example")),
    "reviews.new": Page(
        _l("Send statements for review"), _l("ask, supervisor, submit, request, new review")
    ),
    "notices.index": Page(_l("Notices"), _l("notifications, alerts, messages, news, inbox")),
    "jobs.index": Page(_l("Background work"), _l("exports, downloads, files, reports, progress")),
    "accounts.show": Page(_l("Your account"), _l("settings, preferences, name, profile, my data")),
    "accounts.show#notices": Page(
        _l("Notices by mail"), _l("notifications, emails, reminders, unsubscribe"), _ACCOUNT
    ),
    "accounts.show#away": Page(
        _l("Away"),
        _l("vacation, leave, absence, out of office, pause due dates, backup reviewer, substitute"),
        _ACCOUNT,
    ),
    "accounts.show#who-looked": Page(
        _l("Who looked at your record"), _l("access, privacy, seen, history"), _ACCOUNT
    ),
    "accounts.show#sign-ins": Page(
        _l("Where you are signed in"), _l("sessions, devices, log out, sign out"), _ACCOUNT
    ),
    "accounts.show#drafts": Page(
        _l("Drafts"), _l("unsent, unfinished, typed, saved text"), _ACCOUNT
    ),
    "accounts.show#updates": Page(
        _l("Statements to update"), _l("suggestions, turn off, Today"), _ACCOUNT, Permission.RATE
    ),
    "accounts.show#second-opinions": Page(
        _l("Second opinions"),
        _l("another opinion, volunteer, outside my teams"),
        _ACCOUNT,
        Permission.DEPUTY_NAME,
    ),
    "accounts.show#shared-desk": Page(
        _l("Shared desk"), _l("public computer, cover the screen, privacy screen"), _ACCOUNT
    ),
    "accounts.password": Page(_l("Change your password"), _l("passcode, sign-in, log in, reset")),
    "address_changes.show": Page(
        _l("Change your email address"), _l("mail, username, new address")
    ),
    "given_links.code": Page(
        _l("Make a recovery code"), _l("forgot password, locked out, emergency code")
    ),
    "own_readers.index": Page(
        _l("New readers of your record"), _l("who can see, access, privacy, object")
    ),
    "dashboard.use_statement": Page(
        _l("How ratings are used"), _l("purpose, who sees, policy, rules, retention")
    ),
    "front.help_page": Page(_l("Help"), _l("language, keys, shortcuts, how to, guide, support")),
    "front.privacy": Page(_l("Privacy"), _l("data protection, cookies, personal data")),
    "front.accessibility": Page(
        _l("Accessibility"), _l("screen reader, WCAG, contrast, disability")
    ),
    "front.about": Page(_l("About Skills Tracker"), _l("version, license, source code, credits")),
    "admin_people.index": Page(_l("People"), _l("users, accounts, staff, list"), _ADMIN),
    "admin_people.new": Page(_l("Add a person"), _l("new user, create account, hire"), _ADMIN),
    "rosters.index": Page(
        _l("Import people"), _l("roster, spreadsheet, CSV, upload, users"), _ADMIN
    ),
    "people_invitations.index": Page(
        _l("Invitations"), _l("invite, welcome mail, sign up, join"), _ADMIN
    ),
    "readers.queue": Page(_l("New readers"), _l("waiting, access, approve, opens"), _ADMIN),
    "admin_teams.index": Page(_l("Teams"), _l("branches, departments, structure"), _ADMIN),
    "admin_teams.new": Page(_l("Add a team"), _l("new branch, new department, create"), _ADMIN),
    "admin_role_profiles.index": Page(
        _l("Job profiles"), _l("targets, roles, positions, expected levels"), _ADMIN
    ),
    "admin_role_profiles.new": Page(
        _l("Add a job profile"), _l("new role, new position, target"), _ADMIN
    ),
    "version_moves.index": Page(
        _l("Versions in use"), _l("update framework, move people, upgrade"), _ADMIN
    ),
    "admin_rounds.index": Page(_l("Rounds"), _l("periods, dates, deadlines, cycle"), _ADMIN),
    "admin_rounds.new": Page(_l("Add a round"), _l("new period, start, plan"), _ADMIN),
    "admin_use_statement.show": Page(
        _l("How ratings are used"), _l("policy, purpose, publish, retention"), _ADMIN
    ),
    "admin_exclusions.index": Page(
        _l("Not rated here"), _l("exclude, leave out, skip statements"), _ADMIN
    ),
    "admin_sensitive.index": Page(
        _l("Statements on personal matters"), _l("sensitive, health, personnel"), _ADMIN
    ),
    "admin.library": Page(
        _l("Library settings"), _l("time zone, name, date format, paper, due days"), _ADMIN
    ),
    "sign_in_settings.show": Page(
        _l("Sign-ins and invitations"), _l("session, timeout, security, login"), _ADMIN
    ),
    "corrections.index": Page(
        _l("Suggested corrections"), _l("errors, typos, feedback, mistakes"), _ADMIN
    ),
    "admin_mail.index": Page(_l("Mail"), _l("email, server, SMTP, test message"), _ADMIN),
    "access_review.index": Page(
        _l("Access review"), _l("permissions, who can see, rights, roles"), _ADMIN
    ),
    "admin_audit.index": Page(_l("Audit"), _l("log, history, changes, who did what"), _ADMIN),
    "admin_backup.index": Page(_l("Backup"), _l("restore, copy, disaster, recovery"), _SYSTEM),
    "framework_drafts.index": Page(
        _l("Versions of frameworks"), _l("drafts, publish, edit, new version"), _SYSTEM
    ),
    "libraries.new": Page(_l("Add a library"), _l("new tenant, organization, create"), _SYSTEM),
}
"""Beside the main navigation, by their names; each is found by whom its door lets in."""


@bp.get("/search")
@door(Permission.SIGNED_IN)
def index() -> ResponseReturnValue:
    """`?q=`; `?only=` shows one kind, and all of it. Where a link leads from here is not told what
    was looked for: a proxy's log of errors would have it."""
    find, only = request.args.get("q", "").strip()[:FIND_MAX], request.args.get("only")
    kind, pages = FoundKind(only) if only in set(FoundKind) else None, list(_pages())
    most = {kind: MOST_OF_ONE} if kind else dict.fromkeys(FoundKind, MOST)
    results = search(session.reader(), find, pages, most) if find else None
    page = render(
        "today/search.html",
        find=find,
        only=kind,
        results=results,
        spellings=", ".join(f"“{spelling}”" for spelling in results.spellings) if results else "",
        pages=pages,
        titles=TITLES,
        href=_href,
    )
    return page, {"Referrer-Policy": "origin"}


def _pages() -> Iterator[Findable]:
    """What the main navigation shows, the others whose door would open, and those of one's own
    teams."""
    views: Mapping[str, Any] = current_app.view_functions
    menu = {url_for(endpoint): str(words) for endpoint, words in MENU.items() if endpoint in views}
    for link in navigation.links():
        yield Findable(link.href, link.label, words=menu[link.href])
    for address, page in PAGES.items():
        endpoint, _hash, anchor = address.partition("#")
        asks = page.asks or views[endpoint].permission
        if asks is Permission.PUBLIC or may(asks):
            yield _findable(page, str(page.label), url_for(endpoint, _anchor=anchor or None))
    for team, name in own_teams(session.actor()):
        for endpoint, page in OF_TEAM.items():
            if page.asks is None or may(page.asks, team):
                label = _("%(page)s: %(team)s", page=page.label, team=name)
                yield _findable(page, label, url_for(endpoint, team_id=team.id))


def _findable(page: Page, label: str, href: str) -> Findable:
    return Findable(href, label, where=str(page.where), words=str(page.words))


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
    """Their own page of the statement, or its place on the public page."""
    if isinstance(key, int):
        return url_for("statements.show", statement_id=key)
    slug, version, code = key
    return url_for("frameworks.show", slug=slug, version=version, _anchor=code)
