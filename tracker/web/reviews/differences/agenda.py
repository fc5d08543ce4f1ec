"""The differences of a review as one side goes through them: grouped by how far apart the answers
are, each with what can be chosen, and counts that sum to the total."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.queries.reviews.differences import OwnChoice
from tracker.queries.reviews.item_details import SideConfirmation
from tracker.queries.reviews.items import Item
from tracker.rules.errors import Refusal
from tracker.rules.reviews.differences import Apart, distance
from tracker.rules.reviews.workflow import ItemStatus
from tracker.web.http import errors
from tracker.web.reviews.differences import choices
from tracker.web.reviews.differences.choices import Option
from tracker.web.reviews.differences.forms import OTHER, SentDifferences
from tracker.web.reviews.outcome import ReviewOutcome

SHOWN = 8
"""So many rows of a group are shown; the rest are folded."""


class State(StrEnum):
    """Where a difference is for one side."""

    LEFT = "left"
    CHOSEN = "chosen"
    TALK = "talk"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """`mine` and `theirs`: what each side has confirmed. `value`, `other` and `reason` are what is
    chosen and not confirmed, or was typed and refused for `problem`."""

    item: Item
    mine: SideConfirmation | None
    theirs: SideConfirmation | None
    state: State
    options: list[Option]
    others: list[tuple[str, str]]
    value: str
    other: str
    reason: str
    is_ticked: bool
    problem: str

    @property
    def is_proposed(self) -> bool:
        """Whether the other side waits for this one's word on an answer."""
        return self.theirs is not None and self.theirs.answer is not None

    @property
    def field(self) -> str:
        """The id of what has to be mended, or chosen first."""
        part = "choice-1"
        if self.value == OTHER:
            part = "reason" if self.other else "other"
        return f"{part}-{self.item.id}"


@dataclass(frozen=True, slots=True)
class DifferenceGroup:
    title: str
    rows: list[DifferenceRow]

    @property
    def shown(self) -> list[DifferenceRow]:
        return self.rows[:SHOWN]

    @property
    def folded(self) -> list[DifferenceRow]:
        return self.rows[SHOWN:]

    @property
    def is_open(self) -> bool:
        """Whether something in the fold has to be seen."""
        return any(row.problem for row in self.folded)


@dataclass(frozen=True, slots=True)
class ChoiceProblem:
    """One line of the summary of errors, and where it leads."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Agenda:
    """`ended` counts what is over or waits for the other side, in words; with `talk`, `chosen` and
    `left` it is every difference that was found."""

    groups: list[DifferenceGroup]
    ended: list[str]
    talk: int
    chosen: int
    left: int
    problems: list[ChoiceProblem]
    reason: str
    undoable: frozenset[int]

    @property
    def first(self) -> DifferenceRow | None:
        """The first row that is left, else the first that can be chosen."""
        rows = [row for group in self.groups for row in group.rows if row.options]
        left = (row for row in rows if row.state is State.LEFT)
        return next(left, rows[0] if rows else None)

    @property
    def to_choose(self) -> int:
        """How many rows offer a choice."""
        return self.talk + self.chosen + self.left

    @property
    def count_words(self) -> dict[str, list[str]]:
        """Each count in words, for the page and its script."""
        numbers = range(self.to_choose + 1)
        return {
            "chosen": [ngettext("%(num)d chosen", "%(num)d chosen", num) for num in numbers],
            "left": [ngettext("%(num)d left", "%(num)d left", num) for num in numbers],
            "talk": [
                ngettext("%(num)d to talk about", "%(num)d to talk about", num) for num in numbers
            ],
            "confirm": [
                ngettext("Confirm %(num)d choice", "Confirm %(num)d choices", num)
                if num
                else str(_("Confirm choices"))
                for num in numbers
            ],
        }


def agenda(
    of: ReviewOutcome,
    chosen: Mapping[int, OwnChoice],
    undoable: frozenset[int],
    sent: SentDifferences | None = None,
    refusal: Refusal | None = None,
) -> Agenda:
    """`sent`: what was posted and refused, and shown again with why."""
    refused = errors.refused_rows(refusal)
    rows = [
        _row(of, item, chosen.get(item.id), sent, refused.get(item.id))
        for item in of.items
        if item.status is ItemStatus.DIFFERS
    ]
    states = Counter(row.state for row in rows)
    return Agenda(
        groups=_groups(of, rows),
        ended=_ended(of, states[State.WAITING]),
        talk=states[State.TALK],
        chosen=states[State.CHOSEN],
        left=states[State.LEFT],
        problems=_problems(of, rows, sent, refusal),
        reason=sent.reason if sent else "",
        undoable=undoable,
    )


def _row(
    of: ReviewOutcome,
    item: Item,
    chosen: OwnChoice | None,
    sent: SentDifferences | None,
    refused: Refusal | None,
) -> DifferenceRow:
    header = of.header
    me, them = header.learner_id, header.reviewer_id
    if not of.is_learner:
        me, them = them, me
    sides = of.confirmations.get(item.id, {})
    mine, theirs = sides.get(me), sides.get(them)
    options, others = choices.offered(of, item, theirs)
    value, other, reason, is_ticked = choices.taken(
        options, chosen, sent.rows.get(item.id) if sent else None
    )
    is_mine = mine is not None and mine.answer is not None
    waits = is_mine and not (theirs and theirs.answer) and refused is None
    state = (
        State.WAITING
        if waits
        else State.CHOSEN
        if value
        else State.TALK
        if mine is not None and mine.answer is None
        else State.LEFT
    )
    return DifferenceRow(
        item=item,
        mine=mine,
        theirs=theirs,
        state=state,
        options=[] if waits else options,
        others=others,
        value=value,
        other=other,
        reason=reason,
        is_ticked=is_ticked,
        problem=errors.message_for(refused) if refused else "",
    )


def _groups(of: ReviewOutcome, rows: list[DifferenceRow]) -> list[DifferenceGroup]:
    """The farthest apart first; in a group what the other side waits for."""
    by_distance: dict[int | Apart, list[DifferenceRow]] = {}
    for row in rows:
        size = distance(row.item.own or "", row.item.theirs or "", of.words.steps)
        by_distance.setdefault(size, []).append(row)
    steps = sorted((size for size in by_distance if isinstance(size, int)), reverse=True)
    order: list[int | Apart] = [*steps, *(why for why in Apart if why in by_distance)]
    found = []
    for size in order:
        group = sorted(by_distance[size], key=lambda row: (not row.is_proposed, row.item.position))
        found.append(DifferenceGroup(_title(of, size), group))
    return found


def _title(of: ReviewOutcome, size: int | Apart) -> str:
    name = of.header.learner_first
    if size is Apart.WHOSE_WORK:
        if of.is_learner:
            return str(_("Whether it is part of your job"))
        return str(_("Whether it is part of %(name)s’s job", name=name))
    if size is Apart.NOT_SURE:
        if of.is_learner:
            return str(_("You weren’t sure"))
        return str(_("%(name)s wasn’t sure", name=name))
    return str(ngettext("%(num)d step apart", "%(num)d steps apart", size))


def _ended(of: ReviewOutcome, waiting: int) -> list[str]:
    other = of.header.reviewer_first if of.is_learner else of.header.learner_first
    agreed = sum(item.status is ItemStatus.ENDORSED and item.agreed != "" for item in of.items)
    apart = sum(item.status is ItemStatus.KEPT_APART for item in of.items)
    counts = [
        (agreed, ngettext("%(num)d agreed", "%(num)d agreed", agreed)),
        (apart, ngettext("%(num)d with no agreement", "%(num)d with no agreement", apart)),
        (
            waiting,
            ngettext(
                "%(num)d waiting for %(name)s", "%(num)d waiting for %(name)s", waiting, name=other
            ),
        ),
    ]
    return [str(words) for count, words in counts if count]


def _problems(
    of: ReviewOutcome,
    rows: list[DifferenceRow],
    sent: SentDifferences | None,
    refusal: Refusal | None,
) -> list[ChoiceProblem]:
    """What belongs to a row leads there; what ended meanwhile keeps what was typed for it."""
    refused = errors.refused_rows(refusal)
    if refusal is None:
        return []
    if not refused:
        first = f"#{rows[0].field}" if rows else "#main"
        return [ChoiceProblem(errors.message_for(refusal), first)]
    here = {row.item.id: row for row in rows}
    found = []
    for item in of.items:
        why = refused.get(item.id)
        if why is None:
            continue
        words = _(
            "%(statement)s: %(problem)s", statement=item.title, problem=errors.message_for(why)
        )
        typed = sent.rows[item.id].reason if sent and item.id in sent.rows else ""
        if item.id in here:
            found.append(ChoiceProblem(words, f"#{here[item.id].field}"))
        else:
            wrote = " " + _("You wrote: %(text)s", text=typed) if typed else ""
            found.append(ChoiceProblem(f"{words}{wrote}", f"#item-{item.id}"))
    return found
