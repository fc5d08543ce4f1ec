"""What the page of older ratings posts: the answers of one domain as they were shown, or the moment
of keeping that is undone."""

import datetime as dt
import re
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from tracker.rules.errors import Invalid
from tracker.web.ui.posted import by_id, typed_count

SEEN = re.compile(r"(seen)-([1-9][0-9]{0,9})")


@dataclass(frozen=True, slots=True)
class SeenAnswers:
    person_id: int | None
    answers: dict[int, str]
    """By statement."""


def seen(form: MultiDict[str, str]) -> SeenAnswers:
    """Raises Invalid("rating_malformed"): a field twice, a statement that is none."""
    answers = {each: sent["seen"] for each, sent in by_id(form, SEEN).items()}
    return SeenAnswers(typed_count(form["person_id"]) if "person_id" in form else None, answers)


def moment(form: MultiDict[str, str]) -> dt.datetime:
    """Raises Invalid("rating_malformed"): no moment of a known time zone."""
    try:
        at = dt.datetime.fromisoformat(form.get("kept_at", ""))
        return at.astimezone(dt.UTC) if at.tzinfo is not None else _refuse()
    except (ValueError, OverflowError) as error:
        raise Invalid("rating_malformed") from error


def _refuse() -> dt.datetime:
    raise Invalid("rating_malformed")
