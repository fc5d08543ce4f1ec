"""People put where a test wants them to stand in a domain of the small framework, in the endorsed
voice, and in their own; and their sheets."""

import datetime as dt
from collections import Counter

from tests.factories.answers import Answer, EndorsedAnswer
from tests.factories.reviews import endorse_all
from tests.factories.world import World
from tracker.assessment.ratings import (
    queries_cards as ratings_queries_cards,
    rules as ratings_rules,
)
from tracker.assessment.ratings.queries_cards import StatementCard
from tracker.assessment.ratings.rules import Progress
from tracker.frameworks.versions.rules import Meaning, Voice
from tracker.frameworks.versions.rules_levels import TargetState
from tracker.record.sheet import queries as sheet_queries
from tracker.record.sheet.queries_learners import Learner
from tracker.record.sheet.rules import Sheet, Side

LISTED = {"technical": 10, "communication": 5, "leadership": 2}
"""How many statements a domain lists up to the target, rank 2; Leadership has one there, which is
limited."""


def stand(
    world: World,
    person: str,
    state: TargetState,
    domain: str = "leadership",
    *,
    at: dt.datetime | None = None,
    by: str = "hugo",
    said: Answer | None = None,
) -> None:
    """Endorse what makes the state: all that is listed as done or as none of their work, or two as
    not yet. `said`: their own answer to each of these, where it was another."""
    statements = world.statements[domain]
    match state:
        case TargetState.AT_TARGET:
            answers = dict.fromkeys(statements[: LISTED[domain]], EndorsedAnswer.CONSISTENTLY)
        case TargetState.GAP:
            answers = dict.fromkeys(statements[:2], EndorsedAnswer.NOT_YET)
        case TargetState.NOT_ASSESSED:
            answers = dict.fromkeys(statements[: LISTED[domain] + 1], EndorsedAnswer.NOT_MY_WORK)
        case TargetState.NOT_YET_KNOWN:
            answers = {}
    endorse_all(world, person, by, answers, at, said)


def own_sheet(learner: Learner) -> Sheet:
    return sheet_queries.of_learner(learner, Side.OWN, None)


def revealed_sheet(learner: Learner, at: dt.datetime | None = None) -> Sheet:
    return sheet_queries.of_learner(learner, Side.REVEALED, None, at)


def counted(sheet: Sheet, voice: Voice) -> dict[tuple[int, int], Counter[Meaning]]:
    """How many statements count as what, by domain and rank."""
    found: dict[tuple[int, int], Counter[Meaning]] = {}
    for line in sheet.counted:
        meaning = sheet.meaning(line, voice)
        if meaning is not None:
            of = line.statement.domain_id, line.statement.rank
            found.setdefault(of, Counter())[meaning] += 1
    return found


def progress_of(learner: Learner) -> Progress:
    return ratings_rules.progress(own_sheet(learner), learner.round_starts_on)


def all_cards(sheet: Sheet) -> list[StatementCard]:
    ids = [line.statement.id for line in sheet.lines]
    return ratings_queries_cards.of_statements(sheet, ids).cards
