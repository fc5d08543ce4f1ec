"""Refuse, before any view, text that no database or page can keep: NUL and lone surrogates."""

from collections.abc import Iterable
from typing import Any

from flask import Flask, request
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from tracker.rules.errors import Invalid
from tracker.web.http.errors import refusal_messages

refusal_messages(
    unreadable_text=_l(
        "The text holds a character that cannot be kept (an invisible one). Delete it and send "
        "again."
    ),
    unreadable_json=_l("The body must be one JSON object. Nothing was saved."),
)


def is_clean(text: str) -> bool:
    """No NUL and nothing that is not a character (a lone half of a pair)."""
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def page_number() -> int:
    """`?page=` of a list; the first for anything that is no number of a page."""
    typed = request.args.get("page", "1")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 7 else 1


def json_object() -> dict[str, Any]:
    """The request's JSON body. Raises Invalid: not an object, nested beyond reason, or with text
    that cannot be kept.

    Only the texts at the top are looked at: a caller refuses values of other types than it expects.
    """
    try:
        body = request.get_json()
    except RequestEntityTooLarge:
        raise
    except (BadRequest, RecursionError, ValueError) as error:
        raise Invalid("unreadable_json") from error
    if not isinstance(body, dict):
        raise Invalid("unreadable_json")
    if not all(is_clean(part) for pair in body.items() for part in pair if isinstance(part, str)):
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
