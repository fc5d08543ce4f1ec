"""What a next version asks of somebody, by what their job expects: of versions and targets alone,
never of ratings."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tracker.rules.frameworks.changes.comparison import Kind, VersionChange
from tracker.rules.frameworks.changes.placed_statements import PlacedStatement


class Asked(StrEnum):
    """`STAYS`: it is worded or placed otherwise, and what was said of it counts."""

    NEW = "new"
    AGAIN = "again"
    STAYS = "stays"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class AskedStatement:
    """In the next version; one that is gone, in its last."""

    statement: PlacedStatement
    asked: Asked


def asked_of(
    changes: Iterable[VersionChange],
    carries: Callable[[VersionChange, str], bool],
    left_out: Collection[str],
    ranks: Mapping[str, int] | None = None,
) -> list[AskedStatement]:
    """At most, of who rated all: a merged one is asked again where its ratings differ. `left_out`:
    uuids of what isn't rated, which goes on; `ranks`: what is expected, by domain, as
    "section/domain", None for all that there is."""

    def is_expected(each: PlacedStatement) -> bool:
        return ranks is None or each.rank <= ranks.get(f"{each.strand}/{each.domain}", 0)

    found = list[AskedStatement]()
    for change in changes:
        if {each.uuid for each in change.before or change.after} <= set(left_out):
            continue
        for after in filter(is_expected, change.after):
            is_new = change.kind == Kind.NEW
            stays = carries(change, after.uuid) and change.kind != Kind.MERGED
            asked = Asked.NEW if is_new else Asked.STAYS if stays else Asked.AGAIN
            found.append(AskedStatement(after, asked))
        if not any(map(is_expected, change.after)):
            gone = filter(is_expected, change.before)
            found += [AskedStatement(before, Asked.GONE) for before in gone]
    return found
