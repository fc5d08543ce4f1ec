"""Frameworks of other shapes than the first one's, from the first rating to the gap matrix, on their
own scale and levels and in their own words."""

import html

import pytest
from flask import Flask
from sqlalchemy import select

from tests.client import Client
from tests.conftest import NOW
from tests.copies import made_once
from tests.factories.frameworks import learn_in, scale_of
from tests.factories.levels import own_sheet
from tests.factories.sides import actor, item_ids, respond
from tests.factories.world import World
from tests.frameworks.files.test_shapes import SHAPES
from tracker.assessment.ratings import actions as ratings_actions
from tracker.db import session
from tracker.frameworks.files.rules import FrameworkFile
from tracker.frameworks.versions.rules import NOT_MY_WORK, NOT_SURE, Ground, Meaning, Voice
from tracker.models import Domain, Statement, Strand
from tracker.record.sheet import queries_learners as sheet_queries_learners
from tracker.reviews.review import actions as review_actions
from tracker.rules.errors import Invalid

OTHER_LANGUAGES = ("spanish", "japanese")
"""Arabic, which has no levels in one section, stands for them in `make test`."""


@pytest.fixture(
    params=[
        pytest.param(name, marks=[pytest.mark.longest] if name in OTHER_LANGUAGES else [])
        for name in SHAPES
    ]
)
def file(
    request: pytest.FixtureRequest, app: Flask, world: World, engine_name: str
) -> FrameworkFile:
    """The framework, imported; Ana and Ben learn in it, up to the highest level of each domain."""

    def taken_in() -> tuple[FrameworkFile, World]:
        return learn_in(world, request.param), world

    with app.app_context():
        name = f"learning_{request.param.replace('-', '_')}"
        found, made = made_once(name, engine_name, taken_in)
    vars(world).update(vars(made))
    return found


def rate_and_review(
    world: World, file: FrameworkFile, name: str = "ana", *, always: str = "", reveal: bool = True
) -> int:
    """Ana gives every answer of the scale in turn and sends 20 of them; Sue gives each the answer
    after it, and reveals. Or both give `always` the same. The review's id."""
    scale = scale_of(file)
    statements = (
        session()
        .scalars(
            select(Statement.id)
            .where(Statement.framework_id == world.framework_id)
            .order_by(Statement.position)
        )
        .all()
    )
    for at, statement_id in enumerate(statements):
        answer = always or scale.own[at % len(scale.own)]
        ratings_actions.rate(actor(world, name), statement_id, answer, 0, NOW)
    learner, sue = actor(world, name), actor(world, "sue")
    review_id = review_actions.send(learner, sue.person_id, list(statements[:20]), NOW)
    for at, item_id in enumerate(item_ids(review_id)):
        said = always or scale.theirs[(at + 1) % len(scale.theirs)]
        ground = None if said == "cannot_tell" else Ground.SAW_IT
        respond(sue, item_id, said, ground, "", 1, NOW)
    if reveal:
        review_actions.reveal(sue, review_id, NOW)
    return review_id


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return html.unescape(response.text)


@pytest.mark.in_ci
def test_every_page_asks_the_framework(app: Flask, world: World, file: FrameworkFile) -> None:
    ana, sue, cora = (Client(app) for _ in range(3))
    for client, name in ((ana, "ana"), (sue, "sue"), (cora, "cora")):
        client.sign_in(world.email(name))
    strand = file.strands[0]
    domain = strand.domains[0]
    page = text_of(ana, f"/assess/{file.slug}/{strand.key}/{domain.key}")
    assert file.about["scale"]["question"] in page
    assert [each.label for each in file.scale if each.label not in page] == []
    graded = list(scale_of(file).graded)
    keys = {**{key: str(at) for at, key in enumerate(graded, 1)}, NOT_SURE: "9", NOT_MY_WORK: "0"}
    for key, shortcut in keys.items():
        assert f'value="{key}" data-key="{shortcut}"' in page
    grid = text_of(ana, f"/assess/{file.slug}/{strand.key}/{domain.key}/grid")
    assert [level.name for level in strand.levels if level.name not in grid] == []
    with app.app_context():
        review_id = rate_and_review(world, file)
    for client in (ana, sue):
        text_of(client, f"/reviews/{review_id}/differences")
    profile = text_of(ana, "/profile")
    for each in (one for part in file.strands for one in part.domains):
        assert each.title in profile
        explained = text_of(ana, f"/profile/{each.key}")
        assert "4 of every 5" in explained or "4 of every 5" in explained
    with app.app_context():
        rate_and_review(world, file, "ben", always=graded[-1])
    gaps = text_of(cora, f"/teams/{world.teams['central']}/gaps")
    missing = {
        each.title for part in file.strands for each in part.domains if each.title not in gaps
    }
    too_few = max(len(part.levels) for part in file.strands) == 7
    assert not missing or (too_few and "Too few statements to judge" in gaps)
    for address in (
        "/profile.csv",
        "/profile.json",
        "/profile.pdf",
        f"/reviews/{review_id}/differences.pdf",
    ):
        assert ana.get(address).status_code == 200, address


def test_what_counts_as_met_is_the_scales_to_say(
    app: Flask, world: World, file: FrameworkFile
) -> None:
    """Every answer that the scale says is met counts as met at its level, and no other does."""
    key = file.strands[0].domains[0].key
    with app.app_context():
        domain_id = (
            session()
            .scalars(
                select(Domain.id)
                .join(Strand, Strand.id == Domain.strand_id)
                .where(Domain.key == key, Strand.framework_id == world.framework_id)
            )
            .one()
        )
        statements = (
            session().scalars(select(Statement.id).where(Statement.domain_id == domain_id)).all()
        )
        for version, (answer, meaning) in enumerate(scale_of(file).graded.items()):
            for statement_id in statements:
                ratings_actions.rate(actor(world, "ana"), statement_id, answer, version, NOW)
            session().rollback()
            learner = sheet_queries_learners.learner(world.people["ana"], NOW.date())
            assert learner is not None
            own = own_sheet(learner).standings(Voice.SELF)
            met = sum(level.tally.met for level in own[domain_id].levels)
            assert met == (len(statements) if meaning is Meaning.MET else 0), answer


def test_an_answer_that_the_scale_does_not_have_is_refused(
    app: Flask, world: World, file: FrameworkFile
) -> None:
    with app.app_context():
        statement_id = (
            session()
            .scalars(select(Statement.id).where(Statement.framework_id == world.framework_id))
            .first()
        )
        assert statement_id is not None
        for foreign in ("partly" if "partly" not in scale_of(file).own else "often", "cannot_tell"):
            with pytest.raises(Invalid, match="answer_unknown"):
                ratings_actions.rate(actor(world, "ana"), statement_id, foreign, 0, NOW)
        review_id = rate_and_review(world, file, reveal=False)
        item_id = item_ids(review_id)[0]
        with pytest.raises(Invalid, match="review_answer_needed"):
            respond(actor(world, "sue"), item_id, NOT_SURE, Ground.SAW_IT, "", 2, NOW)


def test_levels_that_are_too_small_to_judge_are_not_called_reached(
    app: Flask, world: World
) -> None:
    with app.app_context():
        file = learn_in(world, "seven-levels")
    ana = Client(app)
    ana.sign_in(world.email("ana"))
    explained = text_of(ana, f"/profile/{file.strands[0].domains[0].key}")
    assert "Too few statements at every level to judge one." in explained
    assert "every level that counts" not in explained.lower()
