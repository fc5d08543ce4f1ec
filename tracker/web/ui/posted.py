"""What pages with a script of their own post, as a form or as JSON, strictly read.

Whatever is not of its field's type raises Invalid("rating_malformed").
"""

import re
from collections.abc import Mapping

from werkzeug.datastructures import MultiDict

from tracker.rules.errors import Invalid

COUNT_MAX = 2**31 - 1


def by_id(form: MultiDict[str, str], names: re.Pattern[str]) -> dict[int, dict[str, str]]:
    """The fields of each of many things on one page, by its id. `names` finds the name and the id
    in "answer-12"."""
    if any(len(values) > 1 for values in form.listvalues()):
        raise Invalid("rating_malformed")
    fields: dict[int, dict[str, str]] = {}
    for name, value in form.items():
        found = names.fullmatch(name)
        if found is not None:
            fields.setdefault(int(found[2]), {})[found[1]] = value
    if any(each > COUNT_MAX for each in fields):
        raise Invalid("rating_malformed")
    return fields


def typed_count(typed: str) -> int:
    """A count as forms write it."""
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 10 and int(typed) <= COUNT_MAX):
        raise Invalid("rating_malformed")
    return int(typed)


def text(body: Mapping[str, object], name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise Invalid("rating_malformed")
    return value


def count(body: Mapping[str, object], name: str) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= COUNT_MAX:
        raise Invalid("rating_malformed")
    return value
