"""What a page of older ratings posts beside its statements: the ticked answers as they were shown,
or the moment of keeping that is undone."""

import datetime as dt
import re

from werkzeug.datastructures import MultiDict

from tracker.rules.errors import Invalid
from tracker.web.ui.posted import by_id

SEEN = re.compile(r"(seen)-([1-9][0-9]{0,9})")


def seen(form: MultiDict[str, str]) -> dict[int, str]:
    """The answers that are ticked, by statement. Raises Invalid("rating_malformed"): a field twice,
    a statement that is none."""
    return {statement: sent["seen"] for statement, sent in by_id(form, SEEN).items()}


def moment(form: MultiDict[str, str]) -> dt.datetime:
    """Raises Invalid("rating_malformed"): no moment of a known time zone."""
    try:
        at = dt.datetime.fromisoformat(form.get("kept_at", ""))
        return at.astimezone(dt.UTC) if at.tzinfo is not None else _refuse()
    except (ValueError, OverflowError) as error:
        raise Invalid("rating_malformed") from error


def _refuse() -> dt.datetime:
    raise Invalid("rating_malformed")
