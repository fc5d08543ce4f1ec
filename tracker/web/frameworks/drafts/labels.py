"""Words for the changes of a next version."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from tracker.queries.frameworks.affected import Affected
from tracker.rules.frameworks.changes.comparison import Kind
from tracker.web.ui.templating.dates import moment

KINDS = {
    Kind.REWORDED: _l("Reworded"),
    Kind.MOVED: _l("Moved"),
    Kind.SPLIT: _l("Split"),
    Kind.MERGED: _l("Merged"),
    Kind.RETIRED: _l("Retired"),
    Kind.NEW: _l("New"),
    Kind.SAME: _l("Same"),
}
SPELLING = _l("Spelling")

FEW = 5


def count(number: int) -> str:
    """As anybody may know it: nobody can tell a few people from each other by it."""
    return str(number) if number >= FEW else _("under %(few)s", few=FEW)


def affected_words(affected: Affected) -> str:
    """In short: open reviews only where they are more than a few."""
    people = count(affected.people)
    if affected.open_reviews < FEW:
        return str(_("%(people)s people.", people=people.capitalize()))
    open_reviews = count(affected.open_reviews)
    return str(_("%(people)s people, %(open)s open reviews.", people=people, open=open_reviews))


def all_affected(affected: Affected) -> str:
    words: str = _(
        "People: %(people)s. Reviewed ratings: %(reviewed)s. Open reviews: %(open)s.",
        people=count(affected.people),
        reviewed=count(affected.endorsements),
        open=count(affected.open_reviews),
    )
    return words


def open_draft(facts: dict[str, Any], library_id: int) -> dict[str, str]:
    """Of the draft that an upload would replace. Another library's people are not named."""
    lost = facts["lost"]
    choices = ngettext(
        "%(num)d choice in it doesn’t fit the file and would be lost.",
        "%(num)d choices in it don’t fit the file and would be lost.",
        lost,
    )
    by = _("command") if facts["by"] is None else facts["by"]
    if facts.get("library_id", library_id) != library_id:
        by = _("somebody at %(library)s", library=facts["library"])
    return {
        "by": by,
        "when": moment(facts["made_at"]),
        "choices": choices if lost else _("No choice in it would be lost."),
    }
