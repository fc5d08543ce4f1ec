"""Answers from a page that was loaded before its owner was moved to another version: what they
typed, with what takes the statements' place now."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce

from flask import jsonify
from flask.typing import ResponseReturnValue

from tracker.assessment.older.queries import replaced
from tracker.assessment.ratings import queries_cards as ratings_queries_cards
from tracker.assessment.ratings.forms import SentRating
from tracker.assessment.ratings.queries_cards import StatementCard
from tracker.record.ratings.rules import joined
from tracker.record.sheet import queries as sheet_queries
from tracker.record.sheet.rules import Side
from tracker.record.versions.queries_lines import EarlierStatement
from tracker.rules.errors import Conflict, Missing
from tracker.web.http import errors, session
from tracker.web.i18n.render import render


@dataclass(frozen=True, slots=True)
class TypedAgain:
    """A card of the version that they are on now, with what was typed at the other's."""

    card: StatementCard
    answer: str | None
    clear: bool
    own_note: str
    reviewer_note: str


@dataclass(frozen=True, slots=True)
class ReplacedCard:
    """`became`: each statement that takes its place, shown once, with the first that it was made
    of."""

    statement: EarlierStatement
    sent: SentRating
    became: list[TypedAgain]


def page(sent: Mapping[int, SentRating]) -> ResponseReturnValue:
    """By statement. Raises Missing where none is of another version of theirs."""
    held = replaced(session.actor().person_id, sent, session.today())
    if held is None:
        raise Missing
    typed: dict[int, list[SentRating]] = {}
    for key, statement in held.statements.items():
        for new in statement.became:
            typed.setdefault(new.id, []).append(_as_of_one(sent[key], len(statement.became)))
    code = "statement_replaced" if typed else "statement_retired"
    refusal = Conflict(code, version=held.learner.framework_version)
    message = errors.message_for(refusal)
    if errors.wants_json():
        return jsonify(error=message, code=code), 409
    sheet = sheet_queries.of_learner(held.learner, Side.OWN, None)
    to_rate = ratings_queries_cards.of_statements(sheet, [*typed])
    known = {answer.key for answer in to_rate.scale}
    cards = {card.id: _typed_again(card, typed[card.id], known) for card in to_rate.cards}
    return render(
        "assessment/replaced.html",
        lang=held.learner.lang,
        replaced=[
            ReplacedCard(
                statement,
                sent[key],
                [cards.pop(new.id) for new in statement.became if new.id in cards],
            )
            for key, statement in held.statements.items()
        ],
        to_rate=to_rate,
        known=known,
        message=message,
    ), 409


def _as_of_one(sent: SentRating, parts: int) -> SentRating:
    """Where a statement was split, its answer is not carried to the parts: they choose it again."""
    return sent if parts == 1 else replace(sent, answer="", clear=False)


def _typed_again(card: StatementCard, typed: list[SentRating], known: set[str]) -> TypedAgain:
    """A note that is saved already stays, unless the typed one goes on from it; of several answers
    none is chosen unless they are the same."""
    is_same = len(typed) == 1 and typed[0].base_version == card.version
    answers = {sent.answer for sent in typed} & known
    clear = all(sent.clear for sent in typed)

    def note(saved: str, notes: list[str | None]) -> str:
        if is_same and notes[0] is not None:
            return notes[0]
        return reduce(joined, [note or "" for note in notes], saved)

    return TypedAgain(
        card=card,
        answer=answers.pop() if len(answers) == 1 else None if clear else card.answer,
        clear=clear,
        own_note=note(card.own_note, [sent.own_note for sent in typed]),
        reviewer_note=note(card.reviewer_note, [sent.reviewer_note for sent in typed]),
    )
