"""Refuse, before any view, text that no database or page can keep: NUL and lone surrogates."""

from collections.abc import Iterable
from typing import Any

from flask import Flask, request
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import UnsupportedMediaType

from tracker.rules import strict_json
from tracker.rules.errors import Invalid, Refusal
from tracker.web.http.errors import refusal_messages

refusal_messages(
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


def is_clean(text: str) -> bool:
    """No NUL and nothing that is not a character (a lone half of a pair)."""
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def json_object() -> dict[str, Any]:
    """The request's JSON body, the only way to it. Raises Refusal: not an object, nested beyond
    reason, or with a key twice in one object; Invalid: with text that cannot be kept.

    A caller refuses values of other types than it expects. Raises UnsupportedMediaType for what
    does not say that it is JSON: a form of another site can send such.
    """
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        body = strict_json.parsed(request.get_data().decode("utf-8"))
    except (UnicodeDecodeError, strict_json.NotStrict) as error:
        raise Refusal("unreadable_json") from error
    if not isinstance(body, dict):
        raise Refusal("unreadable_json")
    if twice := strict_json.repeated(body):
        raise Refusal("repeated_json", name=twice[0])
    if not all(map(is_clean, strict_json.texts(body))):
        raise Invalid("unreadable_text")
    return body


def _check() -> None:
    parts: Iterable[str] = (
        *(part for pair in request.args.items(multi=True) for part in pair),
        *(part for pair in request.form.items(multi=True) for part in pair),
        *(str(value) for value in (request.view_args or {}).values()),
    )
    if not all(is_clean(part) for part in parts):
        raise Invalid("unreadable_text")


def init_app(app: Flask) -> None:
    app.before_request(_check)
