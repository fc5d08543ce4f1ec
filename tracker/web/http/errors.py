"""Words for refusals, and the error pages. A refusal's code is looked up here; nothing else holds
its sentence."""

import datetime as dt
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import structlog
from flask import Flask, Response, current_app, flash, g, jsonify, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DatabaseError, OperationalError, TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from tracker.logs import said_of
from tracker.record.standings import actions as standings_actions
from tracker.rules import errors as errors_rules
from tracker.rules.faults import Fault, fault_of
from tracker.rules.last_resort import prefers_json
from tracker.web.http.logging import loggable_path
from tracker.web.http.rate_limits import seconds_to_wait
from tracker.web.i18n.render import render

REFUSAL_MESSAGES: dict[str, Any] = {
    "missing": _l("There is no such record, or it is not yours to see."),
    "move_not_now": _l(
        "That can’t be done anymore: somebody moved it on. Look at the page again; nothing was "
        "lost."
    ),
    "levels_uncounted": _l(
        "The levels of %(people)s people are being counted anew, because something changed for all "
        "of them. Open this page again in a minute: each time it goes on counting."
    ),
}
"""Code of a refusal -> its sentence; `%(fact)s` is filled from the refusal's facts. View files add
theirs (`words`)."""

STATUS = {
    errors_rules.Invalid: 422,
    errors_rules.Conflict: 409,
    errors_rules.Missing: 404,
    errors_rules.TooLarge: 413,
    errors_rules.Untaken: 415,
    errors_rules.Unchecked: 503,
    errors_rules.Unreachable: 503,
    errors_rules.Uncounted: 503,
    errors_rules.Unkept: 507,
    errors_rules.Damaged: 410,
}
WHAT_HAPPENED: dict[int, Any] = {
    400: _l("What your browser sent was incomplete or garbled, so nothing was changed."),
    401: _l("You are not signed in, so nothing was changed. Sign in, then try again."),
    403: _l(
        "This page or step belongs to somebody with another role than yours. Nothing was changed, "
        "and nothing was lost."
    ),
    404: _l(
        "The address leads nowhere, or to something that is not yours to see. Nothing was lost."
    ),
    405: _l(
        "The page was opened in a way it does not answer, perhaps by loading a form’s address "
        "again. Nothing was changed."
    ),
    409: _l(
        "This has changed since you opened it, so your change was not made over it. Nothing was "
        "lost."
    ),
    410: _l("It is not as it was stored, so it is not handed out. Nothing else was lost."),
    413: _l(
        "What you sent is larger than this page takes, so it was not saved. Everything saved "
        "before is still there."
    ),
    422: _l("Something in what you sent does not fit, so nothing was saved."),
    429: _l(
        "This was done more often than the site allows in a short time, so it wasn’t done this "
        "time. Nothing was lost."
    ),
    500: _l(
        "It is our fault, not yours. What was saved before is still there; what you sent just now "
        "was not half-saved."
    ),
    503: _l(
        "Skills Tracker can’t answer just now. Nothing that was saved is lost. Try again in a "
        "minute."
    ),
    507: _l(
        "The server has no room to save this: its disk is full or failing, so what you sent was "
        "not saved. Everything saved before is still there, and you can go on reading."
    ),
}
"""By status, where a refusal has no sentence of its own: the same on a page and in JSON."""
DAMAGED = _l(
    "The database is damaged where this page reads it, so the page can’t be shown. Tell whoever "
    "runs the server: “tracker check” says there how to go back to a backup."
)
RETRY_AFTER = {503: 5, 507: 60}
"""By status, the seconds after which another try makes sense. What was busy or away is soon there
again; for room on the disk somebody has to act."""

LOG = structlog.get_logger("tracker.web")


def refusal_messages(**sentences: Any) -> None:
    """Add sentences for codes. Raises ValueError when a code has one already: one sentence for one
    code."""
    for code, sentence in sentences.items():
        if code in REFUSAL_MESSAGES and REFUSAL_MESSAGES[code] is not sentence:
            raise ValueError(f"the code {code!r} has its sentence already")
        REFUSAL_MESSAGES[code] = sentence


def message_for(refusal: errors_rules.Refusal) -> str:
    """The sentence for a refusal, in the reader's language."""
    return str(REFUSAL_MESSAGES[refusal.code]) % refusal.facts


def refused_rows(refusal: errors_rules.Refusal | None) -> Mapping[int, errors_rules.Refusal]:
    """Of a refusal of many records at once: why, by record."""
    rows = refusal.facts.get("rows") if refusal is not None else None
    return rows if isinstance(rows, dict) else {}


def status_of_rows(refusal: errors_rules.Refusal) -> int:
    """Only what somebody else or another page did meanwhile is a conflict; what is missing is
    not."""
    rows = refused_rows(refusal).values() or [refusal]
    return 409 if any(isinstance(row, errors_rules.Conflict) for row in rows) else 422


def mark_refused(form: FlaskForm) -> None:
    """What was sent is shown again with its errors: the page's title begins with "Error:"."""
    g.refused_form = form


def was_refused() -> bool:
    return request.method == "POST" and "refused_form" in g


def put_on(form: FlaskForm, refusal: errors_rules.Refusal) -> None:
    """Show a refusal where it belongs on the form: at its field, else above the form."""
    mark_refused(form)
    name = getattr(refusal, "field", None)
    if name is not None and name in form:
        form[name].errors = [*form[name].errors, message_for(refusal)]
    else:
        form.form_errors.append(message_for(refusal))


def wants_json() -> bool:
    return request.is_json or prefers_json(request.environ.get("HTTP_ACCEPT", ""))


def _page(
    status: int, message: str | None = None, code: str = "", seconds: int | None = None
) -> ResponseReturnValue:
    """`code`: that of the refusal; `seconds`: until the next try."""
    kind = status if status in WHAT_HAPPENED else 400
    if wants_json():
        return jsonify(_told(message or str(WHAT_HAPPENED[kind]))), status
    wait = seconds and -(-seconds // 60)
    what = WHAT_HAPPENED[kind]
    return render(f"errors/{kind}.html", message=message, what=what, code=code, wait=wait), status


def _told(error: str, **more: Any) -> dict[str, Any]:
    return {"error": error, **more, "request_id": g.get("request_id", "")}


def _as_json(response: Response) -> Response:
    """In the place of a page that a view made to refuse something, for who asked for JSON: what is
    wrong, and at which field of a form."""
    if not (wants_json() and response.status_code >= 400 and response.mimetype == "text/html"):
        return response
    if was_refused():
        form = g.refused_form
        fields = {field.name: [*map(str, field.errors)] for field in form if field.errors}
        body = _told([*map(str, form.form_errors), *chain(*fields.values())][0], fields=fields)
    else:
        body = _told(str(WHAT_HAPPENED.get(response.status_code, WHAT_HAPPENED[400])))
    response.set_data(current_app.json.dumps(body))
    response.mimetype = "application/json"
    return response


def refused(refusal: errors_rules.Refusal) -> ResponseReturnValue:
    """The page of a refusal that no view answers itself."""
    if isinstance(refusal, errors_rules.Uncounted):
        standings_actions.count_on(dt.datetime.now(dt.UTC))
    return _page(status_of(refusal), message_for(refusal), refusal.code)


def status_of(refusal: errors_rules.Refusal) -> int:
    return STATUS.get(type(refusal), 400)


def _http(error: HTTPException) -> ResponseReturnValue:
    cause = getattr(error, "original_exception", None)
    if isinstance(cause, DatabaseError):
        return _of_machine(cause)
    if error.code is None or error.code < 400:
        return error.get_response()
    wait = error.code == 429 and (seconds_to_wait() or getattr(error, "retry_after", None))
    answer = _page(error.code, seconds=wait or None)
    response = error.get_response()
    kept = {
        name: response.headers[name]
        for name in ("Allow", "Retry-After")
        if name in response.headers
    }
    if wait:
        kept["Retry-After"] = str(wait)
    return (*answer, kept)  # type: ignore[misc]


def _stale(error: CSRFError) -> ResponseReturnValue:
    return _page(
        400,
        _(
            "This page was open for too long, or you signed out elsewhere. Go back, load it again, "
            "and send once more; what you typed is still on the page before."
        ),
    )


def _of_machine(error: Exception) -> ResponseReturnValue:
    """The disk is full, or the database busy, damaged or away; any other is a fault of ours."""
    fault = fault_of(error)
    if fault is None and not isinstance(error, OperationalError | PoolTimeout):
        return _fault(error)
    LOG.error("storage_fails", fault=fault and fault.value, error=said_of(error))
    g.failing = True
    if fault is Fault.DAMAGED:
        return _page(503, str(DAMAGED))
    return _page(507 if fault is Fault.DISK_FULL else 503)


def _say_when_to_try_again(response: Response) -> Response:
    """Also of what a view made. That there was no room is noted for whoever watches the server."""
    if response.status_code == 507:
        with suppress(OSError):  # where it is as full, that is seen by itself
            current_app.config["NO_ROOM_FILE"].touch()
    if response.status_code in RETRY_AFTER:
        response.headers.setdefault("Retry-After", str(RETRY_AFTER[response.status_code]))
    return response


def _fault(error: Exception) -> ResponseReturnValue:
    LOG.exception("unhandled", path=loggable_path())
    g.failing = True
    return _page(500)


@dataclass(frozen=True, slots=True)
class Undo:
    """The form that takes back what was just done: the address of the reverse act, and its fields.

    They stay in the reader's cookie until the next page, so the fields hold ids and what an
    administrator set, never what somebody wrote about their own work.
    """

    action: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Link:
    """Where a sentence leads to: what was just made."""

    href: str
    label: str


def flash_message(
    sentence: str, kind: str = "success", undo: Undo | None = None, link: Link | None = None
) -> None:
    """Flash a sentence that says what happened to what: success, info, warning or error. With a
    button to undo it, or a link."""
    message: Any = sentence
    if link is not None:
        message = {"text": sentence, "href": link.href, "label": link.label}
    if undo is not None:
        message = {"text": sentence, "action": undo.action, "fields": undo.fields}
    flash(message, kind)


def forget_flashed() -> None:
    """Drop the sentences that still wait for a page: they may quote what was erased meanwhile."""
    session.pop("_flashes", None)


def init_app(app: Flask) -> None:
    app.after_request(_as_json)
    app.after_request(_say_when_to_try_again)
    app.register_error_handler(errors_rules.Refusal, refused)
    app.register_error_handler(CSRFError, _stale)
    app.register_error_handler(HTTPException, _http)
    for kind in (DatabaseError, PoolTimeout, OSError):
        app.register_error_handler(kind, _of_machine)
    app.register_error_handler(Exception, _fault)
