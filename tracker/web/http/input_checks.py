"""What may come in: how much is read at which door and of what kind, before anything reads it; and
only text that a database and a page can keep. A field that is not of its type raises
Invalid("rating_malformed").

A door says what it takes (`takes`, web/http/access). The web server asks `most` before it reads a
body, and leaves what is more unread (cli/server); here the same is refused by its length.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Flask, current_app, request, session as cookie
from flask.sessions import SecureCookieSessionInterface
from flask_babel import format_decimal, gettext as _, lazy_gettext as _l
from itsdangerous import BadData
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import (
    RequestEntityTooLarge,
    TooManyRequests,
    Unauthorized,
    UnsupportedMediaType,
)
from werkzeug.http import parse_cookie, parse_options_header

from tracker.rules import strict_json as strict_json_rules
from tracker.rules.drafts import DRAFT_MAX
from tracker.rules.errors import Invalid, Refusal, TooLarge, Untaken
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.errors import refusal_messages
from tracker.web.http.rate_limits import asked, limiter, who_asks

refusal_messages(
    body_large=_l(
        "This is larger than this page takes: %(most)s at most. Nothing was saved. Go back, "
        "shorten it, then send it again."
    ),
    body_files=_l(
        "This is larger than this page takes: 10 MB of files at most. Nothing was saved. Go back, "
        "choose a smaller file, then send it again."
    ),
    body_fields=_l(
        "This has too many fields, or too long a text, for this page: %(most)s fields at most, and "
        "1 MB in each. Nothing was saved. Go back, then send less at once."
    ),
    body_kind=_l(
        "This page doesn’t take what was sent in that format. Nothing was saved. Load the page "
        "again, then send its own form."
    ),
    unreadable_text=_l(
        "The text holds a character that cannot be kept (an invisible one). Delete it and send "
        "again."
    ),
    unreadable_json=_l("The body must be one JSON object. Nothing was saved."),
    repeated_json=_l(
        "%(name)s was sent twice, so it isn’t clear which one counts. Nothing was "
        "saved; send it once."
    ),
)

KIB = 1024
URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
REFUSALS, A_MINUTE = 20, 60
"""So many bodies are refused in a minute with a word about what was wrong, by place or person. What
fits is read whatever was refused before."""
COUNT_MAX = 2**31 - 1
UNCLEAN = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Most:
    """Bytes of a body, and fields in it."""

    size: int
    fields: int


NOTHING = Most(0, 0)
Takes = Mapping[str, Most]
"""The most of each kind of body, by its media type."""


def _form(size: int, fields: int) -> Takes:
    return dict.fromkeys((URLENCODED, MULTIPART), Most(size, fields))


OPEN_FORM = {URLENCODED: Most(64 * KIB, 1_000)}
"""A form at a public door: the longest has a text of 4,000 characters, and none has parts."""
FORM = _form(256 * KIB, 1_000)
"""A form with a text or two."""
LONG_FORM = _form(4 * KIB**2, 20_000)
"""A page with a row for each statement or person: a screen of notes or reasons, a pasted list."""
UPLOAD = _form(11 * KIB**2, 20_000)
"""A page with files: 10 MB, and what is typed beside them."""
JSON = {"application/json": Most(64 * KIB, 0)}
"""An answer with its notes."""
DRAFT = {"application/json": Most(6 * DRAFT_MAX, 0)}


def most(app: Flask, method: str, endpoint: str | None, kind: str, cookies: str) -> int:
    """How many bytes of a body are read there: but for public doors, none from who was not signed
    in when they got their cookie."""
    takes, is_public = _taken(app, method, endpoint)
    size = takes.get(parse_options_header(kind)[0].lower(), NOTHING).size
    return size if size == 0 or is_public or _was_signed_in(app, cookies) else 0


def _taken(app: Flask, method: str, endpoint: str | None) -> tuple[Takes, bool]:
    """What the door takes, and whether from anybody."""
    view: Any = app.view_functions.get(endpoint or "")
    if method != "POST" or view is None:
        return {}, True
    return view.takes, view.permission is Permission.PUBLIC


def _was_signed_in(app: Flask, cookies: str) -> bool:
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    lasts = 86_400 * app.config["SESSION_MAX_DAYS"]
    try:
        cookie = parse_cookie(cookies).get(app.config["SESSION_COOKIE_NAME"], "")
        return signer is not None and "_user_id" in signer.loads(cookie, max_age=lasts)
    except (BadData, UnicodeError):
        return False


def is_clean(text: str) -> bool:
    """No NUL and nothing that is not a character (a lone half of a pair)."""
    return UNCLEAN.search(text) is None


def json_object(field: str | None = None) -> dict[str, Any]:
    """The request's JSON body, or a form's `field` of JSON, the only way to it. Raises Refusal: not
    an object, nested beyond reason, or with a key twice in one object; Invalid: with text that
    cannot be kept.

    A caller refuses values of other types than it expects. Raises UnsupportedMediaType for what
    does not say that it is JSON: a form of another site can send such.
    """
    if field is None and not request.is_json:
        raise UnsupportedMediaType
    sent = request.get_data() if field is None else request.form[field].encode()
    try:
        body = strict_json_rules.parsed(sent.decode("utf-8"))
    except (UnicodeDecodeError, strict_json_rules.NotStrict) as error:
        raise Refusal("unreadable_json") from error
    if not isinstance(body, dict):
        raise Refusal("unreadable_json")
    if twice := strict_json_rules.repeated(body):
        raise Refusal("repeated_json", name=twice[0])
    if not all(map(is_clean, strict_json_rules.texts(body))):
        raise Invalid("unreadable_text")
    return body


def by_id(form: MultiDict[str, str], names: re.Pattern[str]) -> dict[int, dict[str, str]]:
    """The fields of each of many things on one page, by its id. `names` finds the name and the id
    in "answer-12"."""
    if any(len(values) > 1 for values in form.listvalues()):
        raise Invalid("rating_malformed")
    fields: dict[int, dict[str, str]] = {}
    for name, value in form.items():
        match = names.fullmatch(name)
        if match is not None:
            fields.setdefault(int(match[2]), {})[match[1]] = value
    if any(field > COUNT_MAX for field in fields):
        raise Invalid("rating_malformed")
    return fields


def typed_count(typed: str) -> int:
    """A count as forms write it."""
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 10 and int(typed) <= COUNT_MAX):
        raise Invalid("rating_malformed")
    return int(typed)


def text_of(body: Mapping[str, object], name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise Invalid("rating_malformed")
    return value


def count_of(body: Mapping[str, object], name: str) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= COUNT_MAX:
        raise Invalid("rating_malformed")
    return value


def _bound() -> None:
    """Refuse what is more than is taken here, unread. Raises TooLarge, Untaken, Unauthorized; and
    TooManyRequests for who goes on sending such."""
    kind, size = request.mimetype, request.content_length or 0
    takes, is_public = _taken(current_app, request.method, request.endpoint)
    allowed = takes.get(kind, NOTHING)
    largest = allowed.size or max((take.size for take in takes.values()), default=size)
    request.max_form_parts = allowed.fields
    if not size:
        return
    if request.endpoint is None:
        _count()
    elif not is_public and session.actor_or_none() is None:
        if size > OPEN_FORM[URLENCODED].size:
            _count()
        # What somebody typed until their sign-in ended is read, to be given back to them.
        if not (size <= allowed.size and kind in FORM and "person_id" in cookie):
            raise Unauthorized
    elif size > largest:
        code = "body_files" if takes is UPLOAD else "body_large"
        _refuse(TooLarge(code, most=_words(largest)))
    elif allowed is NOTHING or request.content_encoding:
        _refuse(Untaken("body_kind"))
    elif kind in FORM and _has_more_fields(allowed.fields):
        _refuse(TooLarge("body_fields", most=format_decimal(allowed.fields)))


def _has_more_fields(most: int) -> bool:
    """Of a form, which is read with that."""
    if request.mimetype == URLENCODED and request.get_data().count(b"&") >= most:
        return True
    try:
        return len(request.form) > most
    except RequestEntityTooLarge:
        return True


def _words(size: int) -> str:
    if size < KIB**2:
        return _("%(num)s kB", num=size // KIB)
    return _("%(num)s MB", num=size // KIB**2)


def _refuse(refusal: Refusal) -> None:
    _count()
    raise refusal


def _count() -> None:
    if limiter.enabled:
        key = f"refused-bodies-{who_asks()}"
        if asked(lambda storage: storage.incr(key, A_MINUTE)) > REFUSALS:
            raise TooManyRequests(retry_after=A_MINUTE)


def _check() -> None:
    if request.endpoint is None:
        return
    parts: Iterable[str] = (
        *(part for pair in request.args.items(multi=True) for part in pair),
        *(part for pair in request.form.items(multi=True) for part in pair),
        *(str(value) for value in (request.view_args or {}).values()),
    )
    if not all(map(is_clean, parts)):
        raise Invalid("unreadable_text")


def init_app(app: Flask) -> None:
    """Before what reads a form."""
    app.extensions["tracker_bodies"] = partial(most, app)
    app.before_request(_bound)
    app.before_request(_check)
