"""The rows of a grid: what stands, or what was typed when the grid comes back, and what is wrong
with it."""

from dataclasses import dataclass

from flask_babel import gettext as _

from tracker.queries.assessment.learners import Learner
from tracker.queries.assessment.statement_cards import StatementCard, StatementsToRate
from tracker.rules.assessment.ratings import is_dated
from tracker.rules.errors import Conflict, Invalid, Refusal
from tracker.services.assessment.ratings import NewerRating, RatingToSave, clean_notes
from tracker.web.assessment.grid_forms import SentGrid, SentRow
from tracker.web.http import errors
from tracker.web.i18n.content_language import mark
from tracker.web.ui.statement_cards import how_imported, imported_words
from tracker.web.ui.templating.dates import day


@dataclass(frozen=True, slots=True)
class GridRow:
    """`answer` and `note` are chosen; `shown`, `shown_note` and `version` are what they are
    compared with."""

    card: StatementCard
    answer: str
    note: str
    shown: str
    shown_note: str
    version: int
    dated: str
    imported: str
    problem: str


def wanted(sent: SentGrid) -> list[RatingToSave]:
    """What was touched. Old answers are confirmed by their own button alone, not by saving the
    table.

    Raises Conflict("ratings_refused") for answers that there are not.
    """
    found, refused = [], dict[int, Refusal]()
    for row in sent.touched:
        try:
            found.append(
                RatingToSave(
                    row.statement_id,
                    row.chosen(),
                    row.base_version,
                    clean_notes(own_note=row.own_note),
                    confirm=row.still_true,
                )
            )
        except Invalid as refusal:
            refused[row.statement_id] = refusal
    if refused:
        raise Conflict("ratings_refused", rows=refused)
    return found


def rows(
    to_rate: StatementsToRate, learner: Learner, sent: SentGrid | None, refusal: Refusal | None
) -> list[GridRow]:
    typed = {row.statement_id: row for row in sent.touched} if sent else {}
    refused = refusal.facts.get("rows") if refusal is not None else None
    problems = refused if isinstance(refused, dict) else {}
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
) -> GridRow:
    dated = card.rated_at is not None and is_dated(
        card.rated_at, learner.round_starts_on, card.given_on
    )
    note = typed.own_note if typed is not None else None
    current = problem.facts.get("current") if problem is not None else None
    is_compared = typed is None or isinstance(current, NewerRating)
    return GridRow(
        card=card,
        answer=(card.answer or "") if typed is None else typed.answer,
        note=card.own_note if note is None else note,
        shown=(card.answer or "") if is_compared or typed is None else typed.shown,
        shown_note=card.own_note if is_compared or typed is None else typed.shown_note,
        version=card.version if is_compared or typed is None else typed.base_version,
        dated=day(card.given_on or card.rated_at) if dated else "",
        imported=imported_words(how_imported(card), day(card.rated_at), day(card.given_on)),
        problem="" if problem is None else _problem(problem, to_rate, learner, typed),
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
    if typed is not None and typed.own_note is not None and current.own_note:
        words += " " + _("The note saved there: %(note)s", note=current.own_note)
    return str(words)
