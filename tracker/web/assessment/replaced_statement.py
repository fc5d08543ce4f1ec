"""Answers from a page that was loaded before its owner was moved to another version: what they
typed, with what takes the statements' place now."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import jsonify
from flask.typing import ResponseReturnValue

from tracker.queries.assessment import statement_cards
from tracker.queries.assessment.replaced_statements import replaced
from tracker.queries.assessment.statement_cards import StatementCard
from tracker.queries.assessment.statement_lines import EarlierStatement
from tracker.rules.assessment.ratings import joined
from tracker.rules.errors import Conflict, Missing
from tracker.web.assessment.forms import SentRating
from tracker.web.http import errors, session
from tracker.web.i18n.render import render


@dataclass(frozen=True, slots=True)
class TypedAgain:
    """A card of the version that they are on now, with what was typed at the other's. `answer`:
    that, unless the statement was split."""

    card: StatementCard
    answer: str | None
    own_note: str
    reviewer_note: str


@dataclass(frozen=True, slots=True)
class ReplacedCards:
    statement: EarlierStatement
    sent: SentRating
    became: list[TypedAgain]


def page(sent: Mapping[int, SentRating]) -> ResponseReturnValue:
    """By statement. Raises Missing where none is of another version of theirs."""
    found = replaced(session.actor().person_id, sent, session.today())
    if found is None:
        raise Missing
    became = [new.id for each in found.statements.values() for new in each.became]
    code = "statement_replaced" if became else "statement_retired"
    refusal = Conflict(code, version=found.learner.framework_version)
    said = errors.message_for(refusal)
    if errors.wants_json():
        return jsonify(error=said, code=code), 409
    to_rate = statement_cards.of_statements(found.learner, became)
    cards = {card.id: card for card in to_rate.cards}
    known = {each.key for each in to_rate.scale}
    return render(
        "assessment/replaced.html",
        lang=found.learner.lang,
        replaced=[
            ReplacedCards(
                each,
                sent[key],
                [_typed_again(cards[new.id], sent[key], known, each) for new in each.became],
            )
            for key, each in found.statements.items()
        ],
        to_rate=to_rate,
        known=known,
        said=said,
    ), 409


def _typed_again(
    card: StatementCard, sent: SentRating, known: set[str], was: EarlierStatement
) -> TypedAgain:
    """A note that is there already stays, unless it is the one that was typed on."""
    is_same = card.version == sent.base_version
    is_chosen = sent.answer in known and len(was.became) == 1
    own, for_reviewer = sent.own_note, sent.reviewer_note
    return TypedAgain(
        card,
        sent.answer if is_chosen else card.answer,
        own if own is not None and is_same else joined(own or "", card.own_note),
        for_reviewer
        if for_reviewer is not None and is_same
        else joined(for_reviewer or "", card.reviewer_note),
    )
