"""A published version: who uses it, hiding it, and withdrawing it. For operators and framework
editors."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l, ngettext

from tracker.frameworks.changes.pages import count
from tracker.frameworks.versions import actions as frameworks_versions_actions
from tracker.frameworks.versions.queries import SHOWN, Published, awaiting, published, version_use
from tracker.frameworks.versions.rules import VersionStatus
from tracker.policy.permissions import Subject
from tracker.queries.access import subjects as subjects_queries
from tracker.rules.errors import Conflict
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import Undo, message_for, refusal_messages
from tracker.web.http.form_actions import pressed
from tracker.web.i18n.render import render
from tracker.web.ui.templating.dates import day

bp = Blueprint("framework_versions", __name__, url_prefix="/system/frameworks/versions")

refusal_messages(
    version_awaited=_l(
        "%(library)s plans to move to version %(version)s. Ask its administrators to cancel that "
        "move, or hide the version after it."
    ),
    version_in_use=_l(
        "This version can’t be withdrawn, because it is used as listed here. Hide it instead."
    ),
    version_withdrawn=_l("This version was withdrawn. Nothing was changed."),
)


@bp.get("/<id:version_id>")
@door(Permission.FRAMEWORKS_EDIT, subjects_queries.framework_version)
def show(version: Subject) -> ResponseReturnValue:
    row = _row(version.id)
    use, ids = version_use(row.id), [listed.id for listed in _all_of(row)]
    return render(
        "frameworks/version.html",
        lang=row.lang,
        row=row,
        lead=ngettext(
            "%(num)s statement, published %(day)s.",
            "%(num)s statements, published %(day)s.",
            row.statements,
            day=day(row.published_at),
        ),
        used_by=[*_used_by(use)],
        can_be_withdrawn=not any(use),
        not_hidden=_awaited([row.id]),
        can_hide_all=len(published(slug=row.slug)) > 1 and not _awaited(ids),
    )


@bp.post("/<id:version_id>/hide")
@door(Permission.FRAMEWORKS_EDIT, subjects_queries.framework_version)
def hide(version: Subject) -> ResponseReturnValue:
    return _set([version.id], VersionStatus.HIDDEN, _("The version is hidden."), version)


@bp.post("/<id:version_id>/hide-all")
@door(Permission.FRAMEWORKS_EDIT, subjects_queries.framework_version)
def hide_all(version: Subject) -> ResponseReturnValue:
    """Hide all versions of the framework."""
    ids = [listed.id for listed in _all_of(_row(version.id))]
    return _set(ids, VersionStatus.HIDDEN, _("The framework is hidden."), version)


@bp.post("/<id:version_id>/show-again")
@door(Permission.FRAMEWORKS_EDIT, subjects_queries.framework_version)
def show_again(version: Subject) -> ResponseReturnValue:
    return _set([version.id], VersionStatus.OFFERED, _("The version is shown again."), version)


@bp.post("/<id:version_id>/withdraw")
@door(Permission.FRAMEWORKS_EDIT, subjects_queries.framework_version)
def withdraw(version: Subject) -> ResponseReturnValue:
    return _set([version.id], VersionStatus.WITHDRAWN, _("The version is withdrawn."), version)


def _set(ids: list[int], status: VersionStatus, done: str, version: Subject) -> ResponseReturnValue:
    again = Undo(url_for("framework_versions.show_again", version_id=version.id))
    return pressed(
        lambda: frameworks_versions_actions.set_status(session.actor(), ids, status, session.now()),
        done,
        url_for("framework_versions.show", version_id=version.id),
        again if ids == [version.id] and status is VersionStatus.HIDDEN else None,
    )


def _row(version_id: int) -> Published:
    """The version. The door has asked whether it is there."""
    return next(listed for listed in published([*VersionStatus]) if listed.id == version_id)


def _all_of(row: Published) -> tuple[Published, ...]:
    """The versions of its framework that weren't withdrawn."""
    return published(SHOWN, row.slug)


def _awaited(ids: list[int]) -> str:
    """Why they can't be hidden now, if a move to one of them is planned."""
    move = awaiting(ids)
    return "" if move is None else message_for(Conflict("version_awaited", **move._mapping))


def _used_by(use: Any) -> Iterator[str]:
    """In words; a few people can't be told from each other by a count."""
    if use.people:
        yield _("People who are on it: %(people)s.", people=count(use.people))
    if use.libraries:
        yield ngettext(
            "Newcomers of %(num)d library begin with it.",
            "Newcomers of %(num)d libraries begin with it.",
            use.libraries,
        )
    if use.rounds:
        yield ngettext("%(num)d round is for it.", "%(num)d rounds are for it.", use.rounds)
    if use.planned:
        yield ngettext(
            "%(num)d planned move leads to it.", "%(num)d planned moves lead to it.", use.planned
        )
    if use.is_spoken_of:
        yield _("Its statements were rated or reviewed, evidence was linked, or a library decided.")
