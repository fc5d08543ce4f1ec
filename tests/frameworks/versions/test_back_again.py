"""Nine statements are retired in one version and back in the next, with the same uuid and words: all
that was said of them is there."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from tests.administration.exclusions.test_actions import make_sensitive
from tests.administration.version_moves.test_actions import answers
from tests.conftest import NOW
from tests.factories.actors import acting
from tests.factories.answers import EndorsedAnswer
from tests.factories.evidence import piece
from tests.factories.levels import counted, own_sheet, revealed_sheet
from tests.factories.ratings import rate
from tests.factories.reviews import endorse_all
from tests.factories.sides import PART, YES, actor
from tests.factories.versions import AFTER, NextVersion, carried
from tests.factories.world import World
from tracker.administration.exclusions import (
    actions as exclusions_actions,
    queries as exclusions_queries,
)
from tracker.administration.library.queries import setup_progress
from tracker.assessment.older import queries as older_queries
from tracker.assessment.ratings import actions as ratings_actions
from tracker.db import session
from tracker.evidence.pieces import queries as pieces_queries
from tracker.frameworks.drafts import actions as drafts_actions
from tracker.frameworks.drafts.actions import import_framework
from tracker.frameworks.drafts.queries import drafted
from tracker.frameworks.files.rules import FrameworkFile
from tracker.frameworks.versions.queries import file_of
from tracker.frameworks.versions.rules import Decision, Meaning, Voice
from tracker.models import Domain, NotRatedHere, SensitiveDecision, SkillOrigin, Statement
from tracker.queries.asking import ask
from tracker.record.sheet import queries_learners as sheet_queries_learners

pytestmark = pytest.mark.usefixtures("app_context")
NINE = 9


def published(file: FrameworkFile) -> int:
    """Nothing in it is to be decided."""
    draft_id = import_framework(file, NOW).draft_id
    assert draft_id is not None
    found = drafted(draft_id)
    assert found is not None
    assert found.comparison.to_decide == ()
    return drafts_actions.publish(None, draft_id, NOW).framework_id


def without_nine(file: FrameworkFile) -> FrameworkFile:
    """Of the first domain; each of its levels keeps one or more."""
    strand = file.strands[0]
    domain = strand.domains[0]
    kept = [each for number, each in enumerate(domain.statements) if number % 5 in (0, 4)]
    assert len(domain.statements) - len(kept) == NINE
    strand = replace(strand, domains=(replace(domain, statements=tuple(kept)), *strand.domains[1:]))
    return replace(file, version="2", strands=(strand, *file.strands[1:]))


def ids(framework_id: int) -> dict[str, int]:
    """By uuid."""
    session().rollback()
    query = select(Statement.uuid, Statement.id).where(Statement.framework_id == framework_id)
    return dict(session().execute(query).all())


@pytest.mark.in_ci
def test_ratings_reviewed_ratings_and_links_are_known_again(world: World) -> None:
    first = file_of(world.framework_id)
    nine = [each for each in world.statements["technical"] if each not in stay(world)]
    ana = world.people["ana"]
    for number, statement_id in enumerate(nine):
        rate(world, "ana", statement_id, YES if number % 2 else PART)
    ratings_actions.rate(
        actor(world, "ana"), nine[0], None, 1, NOW, own_note="mine", reviewer_note="R"
    )
    endorse_all(world, "ana", "sue", dict.fromkeys(nine, EndorsedAnswer.CONSISTENTLY))
    shown = piece(world, "ana", reasons=dict.fromkeys(nine, "shows it"))
    was, held = answers(world, "ana"), reviewed(world)
    assert sum(each[Meaning.MET] for each in held.values()) == NINE
    second = published(without_nine(first))
    third = published(replace(first, version="3"))
    carried(world, NextVersion(second, world.framework_id))
    assert (answers(world, "ana"), reviewed(world)) == ({}, {})
    gone = older_queries.of_learner(learner(world), own_sheet(learner(world)))
    assert {each.code for each in gone} == codes(nine)
    assert all(each.own and each.endorsed for each in gone), "nothing of it is dropped"
    carried(world, NextVersion(third, second))
    before, after = ids(world.framework_id), ids(third)
    there = {before[uuid]: after[uuid] for uuid in before}
    assert session().scalars(select(SkillOrigin)).all() == []
    assert answers(world, "ana") == {there[key]: said for key, said in was.items()}
    assert len(answers(world, "ana")) == NINE
    assert reviewed(world) == held
    linked = ask(pieces_queries.for_statements(ana, [there[each] for each in nine]))
    assert [[each["id"] for each in pieces] for pieces in linked.values()] == [[shown]] * NINE
    assert older_queries.of_learner(learner(world), own_sheet(learner(world))) == []
    carried(world, NextVersion(third, world.framework_id), back=True)
    assert answers(world, "ana") == was


def stay(world: World) -> list[int]:
    listed = world.statements["technical"]
    return [each for number, each in enumerate(listed) if number % 5 in (0, 4)]


def codes(statement_ids: list[int]) -> set[str]:
    return set(session().scalars(select(Statement.code).where(Statement.id.in_(statement_ids))))


def learner(world: World) -> sheet_queries_learners.Learner:
    session().rollback()
    found = sheet_queries_learners.learner(world.people["ana"], AFTER.date())
    assert found is not None
    return found


def reviewed(world: World) -> dict[tuple[str, int], dict[Meaning, int]]:
    """How many reviewed ratings count as what, by domain and rank."""
    found = learner(world)
    titles = dict(session().execute(select(Domain.id, Domain.title)).all())
    counts = counted(revealed_sheet(found), Voice.ENDORSED)
    return {(titles[at], rank): dict(each) for (at, rank), each in counts.items()}


@pytest.mark.in_ci
@pytest.mark.parametrize("decision", Decision)
def test_what_a_library_decided_about_sensitive_ones_holds(
    world: World, decision: Decision
) -> None:
    first = file_of(world.framework_id)
    nine = [each for each in world.statements["technical"] if each not in stay(world)]
    make_sensitive(*nine)
    first = file_of(world.framework_id)
    adam = acting(world, "adam")
    exclusions_actions.decide(adam, dict.fromkeys(nine, decision), {decision: "Why."}, NOW)

    def decided() -> tuple[int, list[tuple[str, str]], object]:
        session().rollback()
        rows = session().execute(select(SensitiveDecision.skill_id, SensitiveDecision.decision))
        found = exclusions_queries.left_out(adam, learner(world).framework_id)
        waits = setup_progress(adam, AFTER.date()).undecided
        return waits, [(each.code, each.reason) for each in found], sorted(map(tuple, rows))

    was = decided()
    assert was[0] == 0
    assert len(was[1]) == (0 if decision is Decision.RATE else NINE)
    second = published(without_nine(first))
    third = published(replace(first, version="3"))
    carried(world, NextVersion(second, world.framework_id))
    carried(world, NextVersion(third, second))
    assert decided() == was
    assert session().scalars(select(NotRatedHere.set_by_id)).all().count(None) == (NINE), (
        "in the other library it still waits"
    )
