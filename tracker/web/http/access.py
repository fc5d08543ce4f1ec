"""The doors. A view names its permission, and gets its record loaded only if the actor may have it.

    @bp.get("/reviews/<id:review_id>")
    @door(Permission.REVIEW_READ, review_subjects.review)
    def show(review: Subject) -> str: ...

Absent and not yours are the same 404; readable but not to be acted on is 403; signed out goes to
the sign-in page. A view without a door stops the app from starting (`check_doors`). A form that
comes in twice is let in once (web/http/idempotency): the second time the person gets the answer
that they got, whatever became of their permission since.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass
from functools import wraps
from pathlib import PurePath
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, session as cookie, url_for
from flask.typing import ResponseReturnValue
from werkzeug.http import parse_options_header
from werkzeug.routing import IntegerConverter, ValidationError

from tracker.notifications.notices import actions as notices_actions
from tracker.operations.audit import actions as audit_actions
from tracker.operations.audit.actions import SideNote, side_note
from tracker.policy import permissions
from tracker.policy.permissions import Actor, Subject
from tracker.queries.access import subjects as subjects_queries
from tracker.record.workflow import queries as workflow_queries
from tracker.rules.core.notices import NoticePage
from tracker.rules.roles import Permission
from tracker.services.one_transaction import tried_once_more
from tracker.web.http import idempotency, session
from tracker.web.http.errors import wants_json
from tracker.web.http.input_checks import FORM, OPEN_FORM, Takes
from tracker.web.http.redirects import address_here

AGAIN_AFTER = dt.timedelta(minutes=10)
ALONE = {Permission.DRAFT_OWN, Permission.JOB_OWN}
"""Nobody else may know that there is one: that one was refused is noted no more than that there is
none."""

V = TypeVar("V", bound=Callable[..., Any])
Loader = Callable[[int, dt.date], Subject | None]

LOADERS: dict[Loader, str] = {
    subjects_queries.person: "person_id",
    subjects_queries.evidence: "evidence_id",
    workflow_queries.review: "review_id",
    workflow_queries.review_item: "item_id",
    workflow_queries.open_work: "person_id",
    subjects_queries.deputy: "deputy_id",
    subjects_queries.endorsement: "endorsement_id",
    workflow_queries.endorsement_given: "endorsement_id",
    subjects_queries.team: "team_id",
    subjects_queries.membership: "membership_id",
    subjects_queries.not_rated: "not_rated_id",
    subjects_queries.role_profile: "role_profile_id",
    subjects_queries.roster: "roster_id",
    subjects_queries.round_: "round_id",
    subjects_queries.sign_in: "sign_in_id",
    subjects_queries.given_link: "link_id",
    subjects_queries.draft: "draft_id",
    subjects_queries.framework_draft: "draft_id",
    subjects_queries.framework_version: "version_id",
    subjects_queries.job: "job_id",
    subjects_queries.outbox_mail: "mail_id",
    subjects_queries.correction: "correction_id",
    subjects_queries.record_opening: "opening_id",
}
"""Which part of the address each loader reads. The view gets the subject in its place, named
without `_id`."""


@dataclass(frozen=True, slots=True)
class DoorRequest:
    """What the door of this request was asked for. `record`: the kind of record; "library" where it
    is none."""

    permission: Permission
    record: str
    subject: Subject


class IdConverter(IntegerConverter):
    """`<id:x>`: 1 to 2**31 - 1 in ASCII digits without leading zeros; anything else is no such
    page."""

    regex = r"[1-9][0-9]{0,9}"

    def to_python(self, value: str) -> int:
        if not value.isascii() or int(value) > 2**31 - 1:
            raise ValidationError
        return int(value)


def door(
    permission: Permission,
    load: Loader | None = None,
    takes: Takes | None = None,
    *,
    again: bool = False,
) -> Callable[[V], V]:
    """Declare what a view asks for. With `load`, the record in the address is loaded and handed on
    if allowed. `takes`: how much may be sent to it, where it answers POST; a form, if not said.
    `again`: who gave their password longer than AGAIN_AFTER ago is asked for it first, and comes
    back; for a page that is asked for by GET."""
    usual = OPEN_FORM if permission is Permission.PUBLIC else FORM

    def declare(view: V) -> V:
        @wraps(view)
        def behind_the_door(**kwargs: Any) -> ResponseReturnValue:
            if request.method in ("GET", "HEAD", "OPTIONS"):
                return ask(kwargs)
            return tried_once_more(lambda: ask(kwargs), _as_it_came())

        def ask(kwargs: dict[str, Any]) -> ResponseReturnValue:
            answer: ResponseReturnValue
            if permission is Permission.PUBLIC:
                answer = view(**kwargs)
                return answer
            actor = session.actor_or_none()
            if actor is None:
                return _to_sign_in()
            return idempotency.answer_once(actor.person_id, lambda: enter(actor, kwargs))

        def enter(actor: Actor, values: dict[str, Any]) -> ResponseReturnValue:
            subject, others, record = permissions.library_of(actor), dict(values), "library"
            if load is not None:
                name = LOADERS[load]
                loaded = load(others.pop(name), actor.today(session.now()))
                if loaded is None:
                    abort(404)
                record = name.removesuffix("_id")
                subject = others[record] = loaded
            g.asked = DoorRequest(permission, record, subject)
            if not permissions.allows(actor, permission, subject):
                if permission not in ALONE:
                    g.refused = g.asked
                abort(
                    403 if load is None or permissions.may_know(actor, permission, subject) else 404
                )
            if again and session.is_unlocked_before(session.now() - AGAIN_AFTER):
                return redirect(url_for("accounts.again", next=address_here()))
            answer: ResponseReturnValue = view(**others)
            return answer

        behind_the_door.__dict__.update(permission=permission, takes=takes or usual)
        return behind_the_door  # type: ignore[return-value]

    return declare


def _as_it_came() -> Callable[[], None]:
    """Brings the request back to how it is now: what it told, noted and read since is forgotten."""
    noted, told = dict(vars(g)), deepcopy(dict(cookie))

    def bring_back() -> None:
        vars(g).clear()
        vars(g).update(noted)
        if dict(cookie) != told:
            cookie.clear()
            cookie.update(told)
        for file in request.files.values():
            file.stream.seek(0)

    return bring_back


def may(permission: Permission, subject: Subject | None = None) -> bool:
    """For pages: whether to show a link or a button. The door asks again."""
    actor = session.actor_or_none()
    return actor is not None and permissions.allows(
        actor, permission, subject or permissions.library_of(actor)
    )


def asked_for() -> DoorRequest | None:
    """What the door of this request was asked for; None before it, and at public ones."""
    asked: DoorRequest | None = g.get("asked")
    return asked


def note_look(owner_id: int, kind: str) -> None:
    """Note, after the response is built, that somebody else's record was shown."""
    note_looks([owner_id], kind)


def note_looks(owner_ids: Iterable[int], kind: str) -> None:
    """The same for a page that shows many."""
    g.setdefault("looks", {}).setdefault(kind, set()).update(owner_ids)


def note_opened(what: int | NoticePage) -> None:
    """Note, after the response is built, that somebody saw what their notices of a review, or of a
    page of their own, tell of."""
    g.setdefault("opened", set()).add(what)


def note_download(what: str, asked: DoorRequest | None) -> None:
    """Note, after the response is built, that a file left which another part of the application
    made, for another door than this one; None: nothing, as nobody may see that it was taken."""
    g.taken = (what, asked)


def check_doors(app: Flask) -> None:
    """Raises RuntimeError naming every route without a declared permission."""
    bare = sorted(
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if not hasattr(app.view_functions[rule.endpoint], "permission")
    )
    if bare:
        raise RuntimeError(f"routes without a door: {', '.join(bare)}")


def _to_sign_in() -> ResponseReturnValue:
    """What was searched for goes into no other address: what a page of that loads says where it
    comes from, and a proxy's log of errors has it."""
    if request.method == "GET" and not wants_json():
        here = address_here()
        if request.endpoint == "search.index":
            here, *_ = here.partition("?")
        return redirect(url_for("accounts.sign_in", next=here))
    if idempotency.unsent() is not None and not wants_json():
        page: str = current_app.ensure_sync(current_app.view_functions["accounts.sign_in"])()
        return page, 401
    abort(401)


def _write_looks(response: Any) -> Any:
    actor = session.actor_or_none() if g.get("looks") else None
    if actor is not None and response.status_code == 200:
        for kind, owner_ids in g.looks.items():
            with side_note(SideNote.LOOK, actor):
                audit_actions.looked(actor, owner_ids, kind, session.now())
    return response


def _write_opened(response: Any) -> Any:
    actor = session.actor_or_none() if g.get("opened") else None
    if actor is not None and response.status_code == 200:
        with side_note(SideNote.OPENED, actor):
            notices_actions.opened(actor, g.opened, session.now())
    return response


def _write_refusal(response: Any) -> Any:
    asked: DoorRequest | None = g.get("refused")
    actor = session.actor_or_none() if asked is not None else None
    if asked is not None and actor is not None and response.status_code >= 400:
        with side_note(SideNote.REFUSAL, actor):
            audit_actions.refused(
                actor, asked.permission, asked.record, asked.subject, session.now()
            )
    return response


def _write_download(response: Any) -> Any:
    """Whatever leaves as a file is noted here, so that no view can forget it. What is public is
    nobody's record."""
    disposition, options = parse_options_header(response.headers.get("Content-Disposition"))
    what, asked = g.get("taken", (str(request.blueprint), g.get("asked")))
    if disposition != "attachment" or response.status_code != 200:
        asked = None
    actor = session.actor_or_none() if asked is not None else None
    if asked is not None and actor is not None:
        form = PurePath(options.get("filename", "")).suffix.removeprefix(".").lower()
        subject = None if asked.record == "library" else asked.subject
        with side_note(SideNote.DOWNLOAD, actor):
            audit_actions.downloaded(actor, what, form, subject, asked.record, session.now())
    return response


def init_app(app: Flask) -> None:
    app.url_map.converters["id"] = IdConverter
    app.after_request(_write_looks)
    app.after_request(_write_opened)
    app.after_request(_write_refusal)
    app.after_request(_write_download)
