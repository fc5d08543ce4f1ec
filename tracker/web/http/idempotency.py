"""A form does its work once, however often it is sent: pressed twice, tried again, or after the
server stopped.

Every rendered form has a key (`form_key`, _macros/forms.html). It is claimed in the transaction of
the work (services/idempotency), and whoever sends the same form again gets the answer that was
given. The person who sends it is part of the key. Only a redirect can be given again: where the
answer is a page, or the form was refused, the key can be used once more.
"""

import hashlib
import json
import re
import secrets
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from flask import (
    Flask,
    Response,
    current_app,
    flash,
    jsonify,
    redirect,
    request,
    session as cookie,
    url_for,
)
from flask.json.tag import TaggedJSONSerializer
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import HTTPException

from tracker.operations.audit.actions import SideNote, side_note
from tracker.queries.access.drafts import StoredResponse, kept
from tracker.rules.errors import Refusal
from tracker.services import idempotency as idempotency_services
from tracker.services.idempotency import Repeated, SentForm
from tracker.web.http import errors, session
from tracker.web.http.input_checks import OPEN_FORM, URLENCODED, json_object
from tracker.web.http.redirects import address_here
from tracker.web.i18n.render import render

V = TypeVar("V", bound=Callable[..., Any])

FIELD = "form_key"
DRAFT = "draft"
"""The field that names the draft which goes with the form: its form, and after a space its
subject."""
NOT_CONTENT = {FIELD, "csrf_token"}
UNSENT = "unsent"
"""The field of the sign-in page that holds what `unsent` gives."""
KEY = re.compile(r"[A-Za-z0-9_-]{22,64}")
NOT_TYPED = re.compile(
    r"next|draft|password|current|new|email|(seen|choice|other|shown[_a-z]*)(-\d+)?"
)
"""Fields that a page filled in, and passwords: nobody's text."""
UNSENT_MAX = OPEN_FORM[URLENCODED].size - 4096
"""Bytes that the sign-in page has room for beside its own fields."""
LONG = 20
LONGEST_NAMES = 200
LOOKS = 40
PAUSE = 0.05
"""How often, and how many seconds apart, to look for the answer that another request is about to
keep."""
_tagged = TaggedJSONSerializer()


def form_key() -> str:
    """A new key: 128 bits at random."""
    return secrets.token_urlsafe(16)


def idempotent(view: V) -> V:
    """Behind a public door: what is sent there is done once, too. Doors that ask for a person do so
    by themselves."""

    @wraps(view)
    def at_most_once(**kwargs: Any) -> ResponseReturnValue:
        actor = session.actor_or_none()
        return answer_once(None if actor is None else actor.person_id, lambda: view(**kwargs))

    return at_most_once  # type: ignore[return-value]


def answer_once(
    person_id: int | None, act: Callable[[], ResponseReturnValue]
) -> ResponseReturnValue:
    """What `act` answers; for a form whose work is done already, what was answered then."""
    sent = _sent(person_id)
    if sent is None:
        return act()
    while True:
        answered = kept(sent.key_sha256)
        if answered is None:
            try:
                return _first(sent, act)
            except Repeated:
                continue
        if answered.body_sha256 != sent.body_sha256:
            return _something_else(answered)
        return _again(_with_answer(sent, answered))


def _first(sent: SentForm, act: Callable[[], ResponseReturnValue]) -> Response:
    """Do the work with the key. Raises Repeated when somebody was faster, also where that made it
    be refused."""
    before, answer, refused = [*_flashes()], current_app.response_class(), None
    with idempotency_services.claiming(sent) as claim:
        try:
            answer = current_app.make_response(act())
        except (Refusal, HTTPException, IntegrityError) as refusal:
            refused = refusal
    if not claim.arrived:
        if kept(sent.key_sha256) is not None:
            cookie["_flashes"] = before
            raise Repeated
    else:
        with side_note(SideNote.ANSWER, None):
            _keep(sent, None if refused is not None else answer, before)
    if refused is not None:
        raise refused
    return answer


def _keep(sent: SentForm, answer: Response | None, before: list[tuple[str, Any]]) -> None:
    """A way on is kept with what was told; of anything else, the key is given back."""
    if answer is not None and 300 <= answer.status_code < 400:
        told = _tagged.dumps(_told_since(before))
        idempotency_services.keep_answer(sent, answer.status_code, answer.location or "", told)
    else:
        idempotency_services.release(sent)


def first_to() -> ResponseReturnValue | None:
    """Where a page first leads to whose address has the key of its form, so that who goes back
    finds that very form: to the page with a key, or to what came of the form. None: it is shown."""
    key = request.args.get(FIELD, "")
    if not KEY.fullmatch(key):
        given: dict[str, Any] = {**request.args.to_dict(flat=False), FIELD: form_key()}
        return redirect(url_for(str(request.endpoint), **given))
    answered = kept(_key_sha256(session.actor().person_id, key))
    return None if answered is None else _again(answered)


def unsent() -> dict[str, Any] | None:
    """What somebody sent whose sign-in had ended, of a form that has a draft: as the script keeps
    drafts, with where the form stands, and the names of the files, which can't be kept.
    The sign-in page hands it on. None: nothing, or more than that page takes."""
    if UNSENT in request.form:
        return json_object(UNSENT)
    if DRAFT not in request.form or session.actor_or_none() is not None:
        return None
    endpoint = str(request.endpoint)
    stands_at = urlsplit(request.referrer or "").path
    if endpoint.endswith(".create"):  # a form that was refused comes back at another address
        stands_at = url_for(endpoint.replace(".create", ".new"))
    left_out = {*NOT_CONTENT, DRAFT, "do"}
    files = [file.filename or "" for _name, file in request.files.items(multi=True) if file]
    sent = {
        "draft": request.form[DRAFT],
        "fields": [pair for pair in request.form.items(multi=True) if pair[0] not in left_out],
        "person_id": cookie.get("person_id"),
        "stands_at": stands_at,
        "files": ", ".join(files)[:LONGEST_NAMES],
    }
    return sent if len(quote(json.dumps(sent))) < UNSENT_MAX else None


def _with_answer(sent: SentForm, answered: StoredResponse) -> StoredResponse:
    """With its answer, if it comes: the work may have been kept a moment ago, by a request that
    goes on now."""
    for _look in range(LOOKS):
        if (
            answered.status is not None
            or (sent.at - answered.accepted_at).total_seconds() > LOOKS * PAUSE
        ):
            break
        time.sleep(PAUSE)
        answered = kept(sent.key_sha256) or answered
    return answered


def _again(answered: StoredResponse) -> ResponseReturnValue:
    if answered.status is None:
        errors.flash_message(
            _(
                "This was dealt with already when it was sent first, and not done a second time. "
                "Look whether all is as you want it."
            ),
            "info",
        )
        return redirect(url_for("dashboard.index"), 303)
    for kind, message in _tagged.loads(answered.messages):
        flash(message, kind)
    return redirect(answered.location, answered.status)


def _something_else(answered: StoredResponse) -> ResponseReturnValue:
    """The same form with something else in it. All of it is on the page, to be sent as well."""
    if errors.wants_json():
        return jsonify(error=_("This form was sent before, with something else in it.")), 409
    fields = [pair for pair in request.form.items(multi=True) if pair[0] not in NOT_CONTENT]
    files = [
        (name, file.filename) for name, file in request.files.items(multi=True) if file.filename
    ]
    return render(
        "errors/sent_before.html",
        action=address_here(),
        fields=fields,
        files=files,
        first_answer=answered.location,
        written=_written(fields),
    ), 409


def _written(fields: list[tuple[str, str]]) -> list[str]:
    """What looks like a text that somebody wrote, each once: what has a space or a line end, or is
    long."""
    texts = (value.strip() for name, value in fields if not NOT_TYPED.fullmatch(name))
    return list(dict.fromkeys(text for text in texts if len(text) > LONG or len(text.split()) > 1))


def _sent(person_id: int | None) -> SentForm | None:
    """None: not a form with a key."""
    key = request.form.get(FIELD, "") if request.method == "POST" else ""
    if not KEY.fullmatch(key):
        return None
    form, _space, subject = request.form.get(DRAFT, "").partition(" ")
    return SentForm(
        person_id=person_id,
        key_sha256=_key_sha256(person_id, key),
        body_sha256=_body_sha256(key),
        at=session.now(),
        draft=(form, subject) if form else None,
    )


def _key_sha256(person_id: int | None, key: str) -> str:
    whose = "" if person_id is None else str(person_id)
    return hashlib.sha256(f"{whose}:{key}".encode()).hexdigest()


def _body_sha256(key: str) -> str:
    """Of the address, the fields and the files, in the order in which they were sent. The key goes
    first, which is stored nowhere: a password in a field cannot be guessed from this."""
    digest = hashlib.sha256()

    def add(*texts: str) -> None:
        for text in texts:
            raw = text.encode()
            digest.update(len(raw).to_bytes(8) + raw)

    add(key, request.full_path)
    for name, value in request.form.items(multi=True):
        if name not in NOT_CONTENT:
            add("field", name, value)
    for name, file in request.files.items(multi=True):
        add("file", name, file.filename or "", _file_sha256(file))
    return digest.hexdigest()


def _file_sha256(file: FileStorage) -> str:
    """Read in pieces, and wound back for the view."""
    digest = hashlib.file_digest(file.stream, "sha256").hexdigest()  # type: ignore[arg-type]
    file.stream.seek(0)
    return digest


def _flashes() -> list[tuple[str, Any]]:
    """What is to be told on the next page, as Flask keeps it in the cookie."""
    flashes: list[tuple[str, Any]] = cookie.get("_flashes", [])
    return flashes


def _told_since(before: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """What was told beside what waited before; all of it where that was forgotten meanwhile."""
    told = _flashes()
    return told[len(before) :] if told[: len(before)] == before else told


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(form_key=form_key, unsent=unsent)
