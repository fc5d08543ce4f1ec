"""The differences of a review as one side goes through them, by domain in the order in which they
were sent, each with what can be chosen."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.queries.reviews.differences import OwnSide
from tracker.queries.reviews.item_details import SideConfirmation
from tracker.queries.reviews.items import Item
from tracker.rules.errors import Refusal
from tracker.rules.frameworks.wording import Wording
from tracker.rules.reviews.workflow import ItemStatus
from tracker.web.http import errors
from tracker.web.reviews.differences import choices
from tracker.web.reviews.differences.choices import Option
from tracker.web.reviews.differences.forms import SentDifferences, coded
from tracker.web.reviews.outcome import End, ReviewOutcome

SHOWN = 8
"""So many rows of a domain are shown; the rest are folded."""


class State(StrEnum):
    """Where a difference is for one side."""

    LEFT = "left"
    CHOSEN = "chosen"
    TALK = "talk"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """`mine` and `theirs`: what each side has confirmed. `value` and `reason` are what is chosen
    and not confirmed, or was typed and refused for `problem`."""

    item: Item
    mine: SideConfirmation | None
    theirs: SideConfirmation | None
    state: State
    options: list[Option]
    value: str
    reason: str
    problem: str

    @property
    def waits(self) -> bool:
        """Whether this side has said its word, and the other's is awaited."""
        return self.state is State.WAITING

    @property
    def field(self) -> str:
        """The id of what has to be mended, or chosen first."""
        is_new = any(each.is_new and each.value == self.value for each in self.options)
        return f"reason-{self.item.id}" if is_new else f"choice-1-{self.item.id}"


@dataclass(frozen=True, slots=True)
class DifferenceGroup:
    title: Wording
    rows: list[DifferenceRow]

    @property
    def shown(self) -> list[DifferenceRow]:
        return self.rows[:SHOWN]

    @property
    def folded(self) -> list[DifferenceRow]:
        return self.rows[SHOWN:]

    def is_open(self, to_look_at: Collection[int]) -> bool:
        """Whether something in the fold has to be seen."""
        return any(row.problem or row.item.id in to_look_at for row in self.folded)


@dataclass(frozen=True, slots=True)
class ChoiceProblem:
    """One line of the summary of errors, and where it leads."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Agenda:
    """`chosen` of `to_choose` rows have a choice. `taken`: what the page asks about, once, before
    it is confirmed; `act`: what the button confirms with."""

    groups: list[DifferenceGroup]
    other_first: str
    same: int
    agreed: int
    apart: int
    waiting: int
    chosen: int
    to_choose: int
    problems: list[ChoiceProblem]
    undoable: frozenset[int]
    taken: list[Item]
    act: str

    @property
    def first(self) -> DifferenceRow | None:
        """The first row that is left, else the first that can be chosen."""
        rows = [row for group in self.groups for row in group.rows if not row.waits]
        left = (row for row in rows if row.state is State.LEFT)
        return next(left, rows[0] if rows else None)

    @property
    def so_far(self) -> str:
        """What is over, or waits for the other side; "" for nothing."""
        counts = (
            (self.same, _("%(num)d the same", num=self.same)),
            (self.agreed, _("%(num)d agreed", num=self.agreed)),
            (self.apart, _("%(num)d no agreement", num=self.apart)),
            (
                self.waiting,
                _("%(num)d waiting for %(name)s", num=self.waiting, name=self.other_first),
            ),
        )
        return ", ".join(words for count, words in counts if count)

    @property
    def count_words(self) -> dict[str, list[str]]:
        """Each count in words, for the page and its script."""
        numbers = range(self.to_choose + 1)
        return {
            "chosen": [
                str(_("%(num)d chosen of %(all)d", num=num, all=self.to_choose)) for num in numbers
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
    own_side: OwnSide,
    undoable: frozenset[int],
    sent: SentDifferences | None = None,
    refusal: Refusal | None = None,
    taken: Collection[int] = (),
) -> Agenda:
    """`sent`: what was posted, and is shown again: refused, or asked about for what it takes."""
    refused = errors.refused_rows(refusal)
    rows = [
        _row(of, item, own_side, sent, refused.get(item.id))
        for item in of.items
        if item.status is ItemStatus.DIFFERS
    ]
    by_domain: dict[int, list[DifferenceRow]] = {}
    for row in rows:
        by_domain.setdefault(row.item.domain_id, []).append(row)
    states = Counter(row.state for row in rows)
    return Agenda(
        groups=[DifferenceGroup(those[0].item.domain, those) for those in by_domain.values()],
        other_first=of.header.reviewer_first if of.is_learner else of.header.learner_first,
        same=len(of.by_end[End.SAME]),
        agreed=len(of.by_end[End.AGREED]),
        apart=len(of.by_end[End.NO_AGREEMENT]),
        waiting=states[State.WAITING],
        chosen=states[State.CHOSEN],
        to_choose=len(rows) - states[State.WAITING],
        problems=_problems(of, rows, sent, refusal),
        undoable=undoable,
        taken=[item for item in of.items if item.id in taken],
        act="sure" if taken or (sent is not None and sent.act == "sure") else "confirm",
    )


def _row(
    of: ReviewOutcome,
    item: Item,
    own_side: OwnSide,
    sent: SentDifferences | None,
    refused: Refusal | None,
) -> DifferenceRow:
    header = of.header
    me, them = header.learner_id, header.reviewer_id
    if not of.is_learner:
        me, them = them, me
    sides = of.confirmations.get(item.id, {})
    mine, theirs = sides.get(me), sides.get(them)
    typed = sent.rows.get(item.id) if sent else None
    if typed is not None:
        value, reason = typed.choice, typed.reason
    elif (chosen := own_side.choices.get(item.id)) is not None:
        value, reason = coded(chosen.kind, chosen.answer), chosen.reason
    else:
        value, reason = "", ""
    if item.id not in own_side.wait and refused is None:
        state = State.WAITING
    elif value:
        state = State.CHOSEN
    else:
        state = State.TALK if mine is not None and mine.answer is None else State.LEFT
    return DifferenceRow(
        item=item,
        mine=mine,
        theirs=theirs,
        state=state,
        options=choices.offered(of, item, mine, theirs),
        value=value,
        reason=reason,
        problem=errors.message_for(refused) if refused else "",
    )


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
