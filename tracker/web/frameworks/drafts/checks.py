"""What of a draft hinders publishing it, and what is odd."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.queries.frameworks.contents import IdsElsewhere
from tracker.queries.frameworks.drafts import DraftedVersion
from tracker.rules.frameworks.changes.placed_statements import placed, statements
from tracker.rules.frameworks.changes.structure import empty_levels, titles_used_twice
from tracker.rules.frameworks.files import warnings
from tracker.rules.frameworks.wording import Wording
from tracker.web.i18n.content_language import mark


@dataclass(frozen=True, slots=True)
class DraftFault:
    """`says` what is wrong with all of them."""

    says: str
    names: Wording


def faults(drafted: DraftedVersion) -> list[DraftFault]:
    found = (
        (_("These levels have no statement:"), empty_levels(drafted.after)),
        (_("These titles appear twice in a domain:"), titles_used_twice(drafted.after)),
        (
            _("Split and merged at once, so say one or the other:"),
            [change.after[0].title for change in drafted.comparison.tangled],
        ),
    )
    return [
        *(
            DraftFault(says, mark("; ".join(names), drafted.after.lang))
            for says, names in found
            if names
        ),
        *(DraftFault(_elsewhere(drafted, each), "") for each in drafted.elsewhere),
    ]


def _elsewhere(drafted: DraftedVersion, of: IdsElsewhere) -> str:
    listed = len(placed(drafted.after))
    told = ngettext(
        "%(num)s of %(listed)s statement has the UUID of one of “%(title)s”.",
        "%(num)s of %(listed)s statements have UUIDs of “%(title)s”.",
        len(of.uuids),
        listed=listed,
        title=mark(of.title, of.lang),
    )
    remedy = _(
        "If this is its next version, the slug in the file has to be “%(slug)s”: correct it, "
        "upload the file again, and discard this draft. If it’s another framework, give these "
        "statements UUIDs of their own.",
        slug=of.slug,
    )
    return f"{told} {remedy}"


def oddities(drafted: DraftedVersion) -> Iterator[str]:
    """What hinders nothing."""
    file = drafted.after
    for each in warnings(file):
        yield _(
            "The heading of “%(title)s” says %(claimed)s; %(listed)s are listed. The page will "
            "say so.",
            title=mark(each.title, file.lang),
            claimed=each.claimed,
            listed=each.listed,
        )
    origins = sum(bool(each.came_from) for each in statements(file))
    if origins and drafted.base_framework_id is None:
        named = ngettext(
            "%(num)d statement names earlier ones in “from”.",
            "%(num)d statements name earlier ones in “from”.",
            origins,
        )
        here = _("No earlier version is here, so they begin as new statements.")
        yield f"{named} {here}"
