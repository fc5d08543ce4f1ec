"""The page of differences, put together from what its reader may see.

The differences of a review as one side goes through them, by domain in the order in which they
were sent, each with what can be chosen.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from flask import abort, redirect, url_for
from flask_babel import gettext as _, ngettext

from tracker.frameworks.versions.rules import counterpart, shortcut
from tracker.policy.permissions import Subject
from tracker.record.endorsements.rules import ExceptionStatus
from tracker.record.workflow.rules import ItemStatus
from tracker.reviews.differences import queries as differences_queries
from tracker.reviews.differences.forms import SentDifferences, coded
from tracker.reviews.differences.queries import OwnSide, ProposedException
from tracker.reviews.differences.rules import ChoiceKind, needs_reason
from tracker.reviews.result.pages import COUNTED, End, ReviewOutcome, review_outcome
from tracker.reviews.review import pages as review_pages, pages_screens as review_pages_screens
from tracker.reviews.review.forms import StepForm
from tracker.reviews.review.pages import TypedForm
from tracker.reviews.review.queries import ReviewHeader, SideConfirmation
from tracker.reviews.review.queries_items import Item
from tracker.rules.core.wording import Wording
from tracker.rules.errors import Conflict, Refusal
from tracker.web.http import access, errors, session
from tracker.web.i18n.content_language import mark_language
from tracker.web.i18n.render import render
from tracker.web.ui.fields import choices
from tracker.web.ui.templating.dates import full_day

SHOWN = 8
"""So many rows of a domain are shown; the rest are folded."""


class State(StrEnum):
    """Where a difference is for one side."""

    LEFT = "left"
    CHOSEN = "chosen"
    TALK = "talk"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Option:
    """A radio: what it says, its key, and the whole sentence for who cannot see the row.
    `raters`: whose rating it is; `choosers`: who confirmed it. `is_new`: neither gave it, so it
    takes a reason; `agrees`: the other side has confirmed it."""

    value: str
    label: Wording
    key: str
    sentence: Wording
    raters: Sequence[str] = ()
    choosers: Sequence[str] = ()
    is_mine: bool = False
    is_new: bool = False
    agrees: bool = False


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """`mine` and `by_other`: what each side has confirmed. `value` and `reason` are what is chosen
    and not confirmed, or was typed and refused for `problem`."""

    item: Item
    mine: SideConfirmation | None
    by_other: SideConfirmation | None
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
        is_new = any(option.is_new and option.value == self.value for option in self.options)
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
class Agenda:
    """`so_far`: what is over, or waits for the other side; "" for nothing. `chosen` of `to_choose`
    rows have a choice. `problems`: what was refused, and where it leads. `taken`: what the page
    asks about, once, before it is confirmed; `act`: what the button confirms with."""

    groups: list[DifferenceGroup]
    so_far: str
    chosen: int
    to_choose: int
    problems: list[tuple[str, str]]
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
    def count_words(self) -> dict[str, list[str]]:
        """Each count in words, for the page and its script."""
        counts = range(self.to_choose + 1)
        return {
            "chosen": [
                _("%(num)d chosen of %(all)d", num=num, all=self.to_choose) for num in counts
            ],
            "confirm": [
                ngettext("Confirm %(num)d choice", "Confirm %(num)d choices", num)
                if num
                else _("Confirm choices")
                for num in counts
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
    rows = [_row(of, item, own_side, sent, refused.get(item.id)) for item in of.by_end[End.DIFFERS]]
    by_domain: dict[int, list[DifferenceRow]] = {}
    for row in rows:
        by_domain.setdefault(row.item.domain_id, []).append(row)
    states = Counter(row.state for row in rows)
    return Agenda(
        groups=[DifferenceGroup(group[0].item.domain, group) for group in by_domain.values()],
        so_far=_so_far(of, states[State.WAITING]),
        chosen=states[State.CHOSEN],
        to_choose=len(rows) - states[State.WAITING],
        problems=_problems(of, rows, sent, refusal),
        undoable=undoable,
        taken=[item for item in of.items if item.id in taken],
        act="sure" if taken or (sent is not None and sent.act == "sure") else "confirm",
    )


def other_first(of: ReviewOutcome) -> str:
    """The first name of the other side."""
    return of.header.reviewer_first if of.is_learner else of.header.learner_first


def _so_far(of: ReviewOutcome, waiting: int) -> str:
    parts = review_pages_screens.ended_words(*(len(of.by_end[end]) for end in COUNTED))
    if waiting:
        parts.append(_("%(num)d waiting for %(name)s", num=waiting, name=other_first(of)))
    return ", ".join(parts)


def _row(
    of: ReviewOutcome,
    item: Item,
    own_side: OwnSide,
    sent: SentDifferences | None,
    refused: Refusal | None,
) -> DifferenceRow:
    header, sides = of.header, of.confirmations.get(item.id, {})
    by_learner, by_reviewer = sides.get(header.learner_id), sides.get(header.reviewer_id)
    mine, by_other = (by_learner, by_reviewer) if of.is_learner else (by_reviewer, by_learner)
    value, reason = "", ""
    if sent is not None and item.id in sent.rows:
        value, reason = sent.rows[item.id].choice, sent.rows[item.id].reason
    elif (chosen := own_side.choices.get(item.id)) is not None:
        value, reason = coded(chosen.kind, chosen.answer), chosen.reason
    if item.id not in own_side.wait and refused is None:
        state = State.WAITING
    elif value:
        state = State.CHOSEN
    else:
        state = State.TALK if mine is not None and mine.answer is None else State.LEFT
    return DifferenceRow(
        item=item,
        mine=mine,
        by_other=by_other,
        state=state,
        options=_options(of, item, mine, by_other),
        value=value,
        reason=reason,
        problem=errors.message_for(refused) if refused else "",
    )


def _options(
    of: ReviewOutcome, item: Item, mine: SideConfirmation | None, by_other: SideConfirmation | None
) -> list[Option]:
    """The same for both sides, in one order, under the keys of rating: every answer that can be
    agreed on, no agreement, and to talk about it. "Chose" stands only at what was confirmed."""
    name, options = other_first(of), []
    sides = [item.own, counterpart(item.reviewer_answer or "")]
    own, other = sides if of.is_learner else sides[::-1]
    for answer, label in of.words.agreed(by_learner=of.is_learner).items():
        agrees = by_other is not None and by_other.answer == answer
        is_own, is_theirs = answer == own, answer == other
        chosen = mine is not None and mine.answer == answer
        sentences = (
            (True, _("Agree on %(answer)s for %(statement)s.", answer=label, statement=item.title)),
            (is_own, _("Your rating.")),
            (is_theirs, _("%(name)s’s rating.", name=name)),
            (agrees, _("%(name)s chose it.", name=name)),
        )
        raters = (is_own, _("you")), (is_theirs, name)
        choosers = (agrees, _("%(name)s chose", name=name)), (chosen, _("You chose"))
        options.append(
            Option(
                value=coded(ChoiceKind.AGREE, answer),
                label=label,
                key=shortcut(answer, of.words.steps.step(answer)),
                sentence=" ".join(words for is_so, words in sentences if is_so),
                raters=[words for is_so, words in raters if is_so],
                choosers=[words for is_so, words in choosers if is_so],
                is_mine=is_own,
                is_new=needs_reason(answer, item.own or "", item.reviewer_answer) and not agrees,
                agrees=agrees,
            )
        )
    apart = _("No agreement on %(statement)s", statement=item.title)
    talk = _("Talk about it: %(statement)s", statement=item.title)
    asks = [_("%(name)s chose", name=name)] if by_other is not None and not by_other.answer else []
    return [
        *options,
        Option(ChoiceKind.NO_AGREEMENT.value, _("No agreement"), "n", apart),
        Option(ChoiceKind.TALK.value, _("Talk about it"), "t", talk, choosers=asks),
    ]


def _problems(
    of: ReviewOutcome,
    rows: list[DifferenceRow],
    sent: SentDifferences | None,
    refusal: Refusal | None,
) -> list[tuple[str, str]]:
    """What belongs to a row leads there; what ended meanwhile keeps what was typed for it."""
    refused = errors.refused_rows(refusal)
    if refusal is None:
        return []
    if not refused:
        return [(errors.message_for(refusal), f"#{rows[0].field}" if rows else "#main")]
    fields = {row.item.id: row.field for row in rows}
    problems = []
    for item in of.items:
        if item.id not in refused:
            continue
        problem = errors.message_for(refused[item.id])
        words = _("%(statement)s: %(problem)s", statement=item.title, problem=problem)
        typed = sent.rows[item.id].reason if sent and item.id in sent.rows else ""
        if typed and item.id not in fields:
            words += " " + _("You wrote: %(text)s", text=typed)
        problems.append((words, f"#{fields.get(item.id, f'item-{item.id}')}"))
    return problems


def differences_page(
    subject: Subject,
    step: TypedForm | None = None,
    exception: TypedForm | None = None,
    sent: SentDifferences | None = None,
    refusal: Refusal | None = None,
    taken: Collection[int] = (),
) -> str:
    """`subject`: the review or one of its items, of which a form may have been refused. While there
    is nothing to see of each other, on to the page of the review."""
    by_learner = review_pages.is_learner(subject)
    header = review_pages.header_of(review_pages_screens.review_of(subject))
    if header.revealed_at is None and (step or exception or sent):
        raise Conflict("move_not_now")
    if review_pages.is_sealed(header):
        abort(redirect(url_for("reviews.show", review_id=header.id)))
    access.note_opened(header.id)
    outcome = mark_language(review_outcome(header, by_learner), header.lang)
    ends, me = outcome.by_end, session.actor().person_id
    undoable = (
        differences_queries.undoable(header.id, me) if ends[End.NO_AGREEMENT] else frozenset()
    )
    own_side = differences_queries.own_side(header.id, me)
    of_page = agenda(outcome, own_side, undoable, sent, refusal, taken)
    excepted = {
        item_id: proposed
        for item_id, of_item in outcome.exceptions.items()
        for proposed in of_item
        if proposed.ended_at is None
    }
    # What was typed and refused, or waits for a yes, is unfolded.
    to_look_at = {form.item_id for form in (step, exception) if form} | {
        item_id for item_id, one in excepted.items() if one.status == ExceptionStatus.PROPOSED
    }
    endorsed = [item for item in outcome.items if item.status is ItemStatus.ENDORSED]
    return render(
        "reviews/differences/show.html",
        lang=header.lang,
        **vars(outcome),
        title=_title(of_page, outcome),
        agenda=of_page,
        other_first=other_first(outcome),
        ends=ends,
        endorsed=endorsed,
        endorsed_open=any(item.id in to_look_at for item in endorsed),
        to_look_at=to_look_at,
        step=step,
        exception=exception,
        excepted=excepted,
        story=story,
        ground_words=review_pages_screens.GROUNDS,
        how_they_know=review_pages_screens.HOW_THEY_KNOW,
        result_words=review_pages_screens.result_words,
        new_step=step_form(header),
        next_review=None if by_learner else review_pages.next_review(header.id),
    )


def _title(of_page: Agenda, outcome: ReviewOutcome) -> str:
    if of_page.to_choose:
        return ngettext(
            "%(num)d difference to settle", "%(num)d differences to settle", of_page.to_choose
        )
    if outcome.by_end[End.DIFFERS]:
        header = outcome.header
        return ngettext(
            "%(num)d difference waits for %(name)s",
            "%(num)d differences wait for %(name)s",
            len(outcome.by_end[End.DIFFERS]),
            name=header.reviewer if outcome.is_learner else header.learner,
        )
    return ngettext(
        "%(num)d statement of this review",
        "All %(num)d statements of this review",
        len(outcome.items),
    )


def step_form(header: ReviewHeader) -> StepForm:
    form = StepForm()
    people = [(header.learner_id, header.learner), (header.reviewer_id, header.reviewer)]
    form.owner.choices = choices(people)
    return form


def story(of: ProposedException) -> str:
    """What became of a proposed exception: the page and the meeting notes say the same."""
    reason = of.reason or _("the reason was erased")
    status: ExceptionStatus = of.status
    match status:
        case ExceptionStatus.PROPOSED:
            return _(
                "%(name)s suggests that this doesn’t apply here: %(reason)s",
                name=of.proposer,
                reason=reason,
            )
        case ExceptionStatus.AGREED:
            return _(
                "Doesn’t apply here: not counted at its level in the reviewed ratings. "
                "%(reason)s (agreed by %(one)s and %(other)s on %(day)s)",
                reason=reason,
                one=of.proposer,
                other=of.confirmer,
                day=full_day(of.agreed_at),
            )
        case ExceptionStatus.WITHDRAWN:
            return _(
                "“Doesn’t apply here”, suggested by %(name)s, was withdrawn on %(day)s: %(reason)s",
                name=of.proposer,
                day=full_day(of.ended_at),
                reason=of.end_reason or _("the reason was erased"),
            )
        case ExceptionStatus.ENDED:
            return _(
                "“Doesn’t apply here”, suggested by %(name)s, ended on %(day)s: a newer "
                "reviewed rating replaced it.",
                name=of.proposer,
                day=full_day(of.ended_at),
            )
