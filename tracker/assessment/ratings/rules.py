"""How far a learner has come in rating, where they stopped, and what comes next: of their own
sheet."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from tracker.frameworks.versions.rules import NOT_SURE
from tracker.record.ratings.rules import RatingFilter, is_dated
from tracker.record.sheet.rules import Sheet, SheetLine, Side
from tracker.rules.core.wording import Wording


@dataclass(frozen=True, slots=True)
class LevelProgress:
    """One level of a domain. `listed`: all statements of it. The others leave out what is not rated
    here, and what counts later for the learner; that alone is in `later` and `later_rated`.
    `filters`: how many statements each filter shows; `to_keep`: rated before the round, and not
    *not sure*; `in_job`: up to the target of their job profile."""

    strand_key: str
    strand: Wording
    domain_id: int
    domain_key: str
    domain: Wording
    rank: int
    level: Wording
    listed: int
    total: int
    rated: int
    to_keep: int
    filters: Mapping[RatingFilter, int]
    in_job: bool
    later: int
    later_rated: int

    def shown(self, which: RatingFilter) -> int:
        """How many of its statements the filter shows."""
        return self.filters.get(which, 0)


@dataclass(frozen=True, slots=True)
class Progress:
    """Levels in the framework's order. `use_statement`: None when none is published, else whether
    it was read."""

    levels: tuple[LevelProgress, ...]
    use_statement: bool | None

    def shown(self, which: RatingFilter) -> int:
        return sum(level.shown(which) for level in self.levels)

    @property
    def rated(self) -> int:
        return sum(level.rated for level in self.levels)

    @property
    def total(self) -> int:
        return sum(level.total for level in self.levels)

    @property
    def dated(self) -> int:
        return self.shown(RatingFilter.OLDER)

    @property
    def to_keep(self) -> int:
        return sum(level.to_keep for level in self.levels)

    @property
    def later(self) -> int:
        return sum(level.later for level in self.levels)

    @property
    def later_rated(self) -> int:
        return sum(level.later_rated for level in self.levels)

    @property
    def in_job(self) -> int:
        """How many statements are up to the target."""
        return self.shown(RatingFilter.JOB)

    @property
    def left_in_job(self) -> int:
        return sum(level.total - level.rated for level in self.levels if level.in_job)

    @property
    def begins_with_job(self) -> bool:
        """Whether statements up to the target are to be rated first: there are some, and others
        besides."""
        return self.left_in_job > 0 and self.in_job < self.total

    @property
    def to_finish(self) -> int:
        """How many are left up to the target; without a target, of all."""
        return self.left_in_job if self.in_job else self.left

    @property
    def is_finished(self) -> bool:
        return not self.to_finish

    @property
    def left(self) -> int:
        return self.total - self.rated

    def of_domain(self, strand_key: str, domain_key: str) -> tuple[LevelProgress, ...]:
        return tuple(
            level
            for level in self.levels
            if (level.strand_key, level.domain_key) == (strand_key, domain_key)
        )


def progress(sheet: Sheet, round_starts_on: dt.date | None) -> Progress:
    counted = defaultdict[tuple[int, int], list[set[RatingFilter]]](list)
    for line in sheet.counted:
        counted[line.statement.domain_id, line.statement.rank].append(
            set(filters_of(line, round_starts_on))
        )
    later = defaultdict[tuple[int, int], list[SheetLine]](list)
    for line in counting_later(sheet):
        later[line.statement.domain_id, line.statement.rank].append(line)
    levels = []
    for domain in sheet.version.domains:
        for level in domain.levels:
            filters, waiting = counted[domain.id, level.rank], later[domain.id, level.rank]
            shown = Counter(which for of_line in filters for which in of_line)
            in_job = level.rank <= sheet.targets.get(domain.id, 0)
            if not in_job:
                del shown[RatingFilter.JOB]
            levels.append(
                LevelProgress(
                    strand_key=domain.strand_key,
                    strand=domain.strand,
                    domain_id=domain.id,
                    domain_key=domain.key,
                    domain=domain.title,
                    rank=level.rank,
                    level=level.name,
                    listed=level.listed,
                    total=len(filters),
                    rated=len(filters) - shown[RatingFilter.NOT_RATED],
                    to_keep=sum(
                        RatingFilter.OLDER in of_line and RatingFilter.NOT_SURE not in of_line
                        for of_line in filters
                    ),
                    filters=shown,
                    in_job=in_job,
                    later=len(waiting),
                    later_rated=sum(Side.OWN in line.words for line in waiting),
                )
            )
    return Progress(tuple(levels), sheet.record.use_statement)


def filters_of(line: SheetLine, round_starts_on: dt.date | None) -> Iterator[RatingFilter]:
    """Those that show a line that counts, where they show its level."""
    yield RatingFilter.JOB
    if line.again:
        yield RatingFilter.AGAIN
    own, reviewed = line.words.get(Side.OWN), line.words.get(Side.REVIEWED)
    if own is None:
        yield RatingFilter.NOT_RATED
        return
    if is_dated(own.at, round_starts_on, own.day):
        yield RatingFilter.OLDER
    if own.answer == NOT_SURE:
        yield RatingFilter.NOT_SURE
    if reviewed is not None and reviewed.at < own.at and reviewed.answer != own.answer:
        yield RatingFilter.CHANGED


def shown_of(
    sheet: Sheet,
    levels: Collection[LevelProgress],
    which: RatingFilter | None,
    round_starts_on: dt.date | None,
) -> list[int]:
    """The statements of these levels, or those that the filter shows."""
    places = {(of.domain_id, of.rank) for of in levels if which is None or of.shown(which)}
    return [
        line.statement.id
        for line in (sheet.lines if which is None else sheet.counted)
        if (line.statement.domain_id, line.statement.rank) in places
        and (which is None or which in filters_of(line, round_starts_on))
    ]


def counting_later(sheet: Sheet) -> list[SheetLine]:
    """What the library rates, and what is in no count for them yet."""
    return [line for line in sheet.lines if line.later is not None and line.left_out is None]


def next_open(sheet: Sheet, round_starts_on: dt.date | None, count: int) -> list[int]:
    """The next statements to rate: those without an answer, up to the targets of the job first, in
    the framework's order; then dated ones, oldest first."""
    lines = [(line.words.get(Side.OWN), line) for line in sheet.counted]
    targets = sheet.targets
    unanswered = sorted(
        (line.statement for word, line in lines if word is None),
        key=lambda statement: statement.rank > targets.get(statement.domain_id, 0),
    )
    dated = sorted(
        (word.at, line.statement.position, line.statement.id)
        for word, line in lines
        if word is not None and is_dated(word.at, round_starts_on, word.day)
    )
    return [*(statement.id for statement in unanswered), *(key for *_, key in dated)][:count]


def to_update(sheet: Sheet, round_starts_on: dt.date | None, day: dt.datetime) -> list[int]:
    """Up to the targets of the job, or of all without one, in the framework's order: what is not
    rated, not sure, or older than the round. What was answered since `day` began is left alone."""
    targets = sheet.targets
    of_job = [
        line
        for line in sheet.counted
        if line.statement.rank <= targets.get(line.statement.domain_id, 0)
    ]
    return [
        line.statement.id
        for line in of_job or sheet.counted
        if (word := line.words.get(Side.OWN)) is None
        or (
            word.at < day
            and (word.answer == NOT_SURE or is_dated(word.at, round_starts_on, word.day))
        )
    ]


def last_rated(sheet: Sheet) -> tuple[int, int] | None:
    """(domain, rank) of the statement that the learner rated last."""
    rated = [
        (word.at, word.id, line.statement.domain_id, line.statement.rank)
        for line in sheet.lines
        if (word := line.words.get(Side.OWN)) is not None
    ]
    return max(rated)[2:] if rated else None
