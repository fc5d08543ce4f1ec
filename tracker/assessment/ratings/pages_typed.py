"""The statements of a grid or of a page that is refused: what stands, or what was typed, and what
is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from tracker.assessment.ratings.actions import NewerRating, RatingToSave, clean_notes
from tracker.assessment.ratings.forms import NOTES, SentRow
from tracker.assessment.ratings.queries_cards import StatementCard, StatementsToRate
from tracker.record.ratings.rules import is_dated
from tracker.record.sheet.queries_learners import Learner
from tracker.rules.errors import Refusal
from tracker.web.http import errors
from tracker.web.i18n.content_language import mark
from tracker.web.ui.statement_cards import how_imported, imported_words
from tracker.web.ui.templating.dates import day


@dataclass(frozen=True, slots=True)
class TypedRow:
    """`answer` and `notes` are chosen; `shown`, `shown_notes` and `version` are what they are
    compared with. `problem_at`: the end of the id of the field that it is about."""

    card: StatementCard
    answer: str
    notes: Mapping[str, str]
    shown: str
    shown_notes: Mapping[str, str]
    version: int
    clear: bool
    dated: str
    imported: str
    problem: str
    problem_at: str


FIELDS = {"own_note": "self", "reviewer_note": "reviewer"}


def wanted(sent: Sequence[SentRow]) -> list[RatingToSave]:
    """What to save: the rows that were touched, and in them what was changed."""
    return [
        RatingToSave(
            row.statement_id,
            row.chosen(),
            row.base_version,
            clean_notes(**row.other_notes),
            clear=row.clear,
        )
        for row in sent
    ]


def rows(
    to_rate: StatementsToRate, learner: Learner, sent: Sequence[SentRow], refusal: Refusal | None
) -> list[TypedRow]:
    typed = {row.statement_id: row for row in sent}
    problems = errors.refused_rows(refusal)
    return [
        _row(card, to_rate, learner, typed.get(card.id), problems.get(card.id))
        for card in to_rate.cards
    ]


def _row(
    card: StatementCard,
    to_rate: StatementsToRate,
    learner: Learner,
    typed: SentRow | None,
    problem: Refusal | None,
) -> TypedRow:
    dated = card.rated_at is not None and is_dated(
        card.rated_at, learner.round_starts_on, card.given_on
    )
    current = problem.facts.get("current") if problem is not None else None
    is_compared = typed is None or isinstance(current, NewerRating)
    stand = {name: str(getattr(card, name)) for name in NOTES}
    other_notes = typed.other_notes if typed is not None else {}
    shown = (card.answer or "") if typed is None or is_compared else typed.shown
    return TypedRow(
        card=card,
        answer=typed.answer if typed is not None and typed.has_other_answer else card.answer or "",
        notes=stand | other_notes,
        shown="" if typed is not None and typed.still_true else shown,
        shown_notes=stand
        if typed is None or is_compared
        else stand | {name: typed.shown_notes[name] for name in other_notes},
        version=card.version if typed is None or is_compared else typed.base_version,
        clear=typed is not None and typed.clear,
        dated=day(card.given_on or card.rated_at) if dated else "",
        imported=imported_words(how_imported(card), day(card.rated_at), day(card.given_on)),
        problem="" if problem is None else _problem(problem, to_rate, learner, typed),
        problem_at=FIELDS.get(getattr(problem, "field", None) or "", to_rate.scale[0].key),
    )


def _problem(
    problem: Refusal, to_rate: StatementsToRate, learner: Learner, typed: SentRow | None
) -> str:
    """A row's refusal. Its facts do not hold the words of the scale, so those of a conflict are put
    together here."""
    current = problem.facts.get("current")
    if not isinstance(current, NewerRating):
        return errors.message_for(problem)
    words = _(
        "You answered this somewhere else in the meantime: %(answer)s. What you chose here is "
        "still chosen; save "
        "again to put it in its place.",
        answer=mark(to_rate.answer(current.answer).label, learner.lang)
        if current.answer
        else _("No rating"),
    )
    if typed is not None and "own_note" in typed.notes and current.own_note:
        words += " " + _("The note saved there: %(note)s", note=current.own_note)
    return words
