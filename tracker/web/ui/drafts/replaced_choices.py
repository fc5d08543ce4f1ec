"""What somebody chose on a page that was loaded before they were moved to another version."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.queries.assessment.replaced_statements import replaced
from tracker.rules.assessment.ratings import joined
from tracker.rules.errors import Conflict
from tracker.web.http import session
from tracker.web.http.errors import refusal_messages
from tracker.web.i18n.content_language import mark

refusal_messages(
    choices_replaced=_l(
        "You are on version %(version)s of the framework now. What you chose is marked in that "
        "version: check it, then try again.%(more)s"
    )
)


@dataclass(frozen=True, slots=True)
class ReplacedChoices:
    """`chosen`: what was typed beside each, by the statements that take the place of those of the
    other version; `refusal` says so."""

    chosen: dict[int, str]
    refusal: Conflict


def in_place(chosen: Mapping[int, str]) -> ReplacedChoices | None:
    """None where nothing that was chosen is of another version."""
    found = replaced(session.actor().person_id, chosen, session.today()) if chosen else None
    if found is None:
        return None
    placed = {key: typed for key, typed in chosen.items() if key not in found.statements}
    anew, gone = [], []
    for key, each in found.statements.items():
        typed, title = chosen[key], mark(each.title, found.learner.lang)
        for new in each.became:
            placed[new.id] = joined(placed.get(new.id, ""), typed)
            if (new.title, new.text) != (each.title, each.text):
                words = mark(f"{new.title}: {new.text}", found.learner.lang)
                anew.append(f"“{words}”")
        if not each.became:
            gone.append(f"“{title}” ({typed})" if typed else f"“{title}”")
    more = [
        *([_("Worded anew: %(statements)s.", statements=", ".join(anew))] if anew else []),
        *([_("Not in it: %(statements)s.", statements=", ".join(gone))] if gone else []),
    ]
    facts = {"version": found.learner.framework_version, "more": "".join(f" {one}" for one in more)}
    return ReplacedChoices(placed, Conflict("choices_replaced", **facts))


def ids_in_place(chosen: Collection[int]) -> ReplacedChoices | None:
    return in_place(dict.fromkeys(chosen, ""))
