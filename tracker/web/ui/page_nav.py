"""The navigation beside the assess pages: every page of a framework, with how much of it is
rated."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from flask import url_for
from flask_babel import lazy_gettext as _l

from tracker.assessment.ratings.rules import LevelProgress, Progress
from tracker.record.ratings.rules import RatingFilter
from tracker.rules.core.wording import Wording
from tracker.rules.pagination import next_after

MOST_ON_A_PAGE = 20
"""A domain with more statements than this is listed, and rated, level by level."""


@dataclass(frozen=True, slots=True)
class PageNavItem:
    """One page. `rank` is None where it holds a whole domain; `key` names its counts for the
    script. A label that is a lazy text is ours, no Wording. `shown`: how many statements a filter
    shows there; the job filter counts as without one."""

    label: Wording
    title: Wording
    href: str
    strand: Wording
    domain_id: int
    rank: int | None
    done: int
    total: int
    current: bool
    which: RatingFilter | None
    shown: int | None

    @property
    def key(self) -> str:
        """Nothing where a filter holds: what the script is told are counts without one."""
        return "" if self.which else f"{self.domain_id}-{self.rank or 'all'}"

    @property
    def is_complete(self) -> bool:
        return self.done >= self.total


@dataclass(frozen=True, slots=True)
class PageNavGroup:
    title: Wording
    items: list[PageNavItem]


def page_nav(
    framework: str,
    progress: Progress,
    current: tuple[int, int | None] | None = None,
    *,
    in_grids: bool = False,
    which: RatingFilter | None = None,
) -> list[PageNavGroup]:
    """A group for each strand. `current` is (domain, rank or None) of the page shown.

    `in_grids`: the pages are grids, and a grid holds a whole domain however large. `which`: only
    pages on which the filter shows something, and the one shown.
    """
    groups = []
    for _key, of_strand in groupby(progress.levels, key=lambda level: level.strand_key):
        levels = list(of_strand)
        is_alone = len({level.domain_id for level in levels}) == 1
        items = []
        for _id, of_domain in groupby(levels, key=lambda level: level.domain_id):
            items += _pages(framework, list(of_domain), is_alone, current, in_grids, which)
        if items:
            groups.append(PageNavGroup(levels[0].strand, items))
    return groups


def by_levels(levels: list[LevelProgress] | tuple[LevelProgress, ...]) -> bool:
    """Whether a domain is rated level by level."""
    return sum(level.listed for level in levels) > MOST_ON_A_PAGE


def cards_of(framework: str, levels: tuple[LevelProgress, ...]) -> str:
    """The address of a domain's cards: where it is rated level by level, of the first level with
    something open."""
    first = next((level for level in levels if level.rated < level.total), levels[0])
    rank = first.rank if by_levels(levels) else None
    return url_for(
        "assessment.show",
        framework=framework,
        strand=first.strand_key,
        domain=first.domain_key,
        level=rank,
    )


def shown(levels: Iterable[LevelProgress], which: RatingFilter | None) -> int:
    """How many statements of the levels are shown; without a filter, also those not rated here."""
    return sum(level.shown(which) if which else level.listed for level in levels)


def following(groups: list[PageNavGroup]) -> PageNavItem | None:
    """The next page with something to rate, after the current one and round to the first. None when
    all is rated."""
    items = [item for group in groups for item in group.items]
    return next_after(items, lambda item: item.current, lambda item: not item.is_complete)


def _pages(
    framework: str,
    levels: list[LevelProgress],
    is_alone: bool,
    current: tuple[int, int | None] | None,
    in_grids: bool,
    which: RatingFilter | None,
) -> list[PageNavItem]:
    first = levels[0]
    endpoint = "assessment_grid.show" if in_grids else "assessment.show"
    is_counted = which not in (None, RatingFilter.JOB)
    pages: list[tuple[str, str, int | None, list[LevelProgress]]]
    if by_levels(levels) and not in_grids:
        pages = [
            (
                level.level if is_alone else f"{level.domain}: {level.level}",
                f"{level.domain}: {level.level}",
                level.rank,
                [level],
            )
            for level in levels
        ]
    else:
        pages = [(_l("All levels") if is_alone else first.domain, first.domain, None, levels)]
    return [
        PageNavItem(
            label=label,
            title=title,
            href=url_for(
                endpoint,
                framework=framework,
                strand=first.strand_key,
                domain=first.domain_key,
                level=rank,
                show=which,
            ),
            strand=first.strand,
            domain_id=first.domain_id,
            rank=rank,
            done=0 if is_counted else sum(level.rated for level in counted),
            total=shown(counted, which) if which else sum(level.total for level in within),
            current=current == (first.domain_id, rank),
            which=which,
            shown=shown(counted, which) if which and is_counted else None,
        )
        for label, title, rank, within in pages
        for counted in [
            [level for level in within if which is not RatingFilter.JOB or level.in_job]
        ]
        if (shown(within, which) or current == (first.domain_id, rank))
    ]
