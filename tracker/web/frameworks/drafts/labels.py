"""Words for the changes of a next version."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.queries.frameworks.affected import Affected
from tracker.rules.frameworks.changes.comparison import Kind

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
