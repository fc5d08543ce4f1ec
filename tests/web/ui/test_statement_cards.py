"""A card put together from kept pieces is, letter by letter, the card that the macro makes."""

import dataclasses
import datetime as dt
import itertools

import pytest
from flask import Flask, render_template_string
from flask_wtf.csrf import generate_csrf

from tests.engines import LONG
from tests.factories import answers
from tests.factories.answers import MEANING, Answer, EndorsedAnswer
from tests.factories.world import World
from tracker.assessment.ratings.queries_cards import (
    CitationChip,
    EndorsementMark,
    StatementCard,
    StatementsToRate,
)
from tracker.frameworks.versions.rules import Basis
from tracker.record.sheet.queries_learners import Learner, learner as learner_of
from tracker.record.versions.rules import ScaleLabel
from tracker.web.ui.statement_cards import ID, INDENT, StatementCards

HOSTILE = "</textarea><b>&amp;\"'\ue000own\ue001 {{ 7 * 7 }} %(who)s 2000000011"
SCALE = tuple(
    ScaleLabel(
        answer,
        f"{answer.name} & co",
        "means <this>",
        "",
        MEANING[answer],
        answers.SCALE.step(answer) or 0,
    )
    for answer in Answer
)
MACRO = """{% from "_macros/statements.html" import statement_card %}{{ statement_card(
  c, scale, url_for("assessment.save", statement_id=c.id),
  version=c.version,
  endorsement={"who": c.endorsement.who, "label": labels[c.endorsement.answer], "on": c.endorsement.at,
    "note": ("you have answered otherwise since" if c.answer else "you have cleared your rating since")
      if c.endorsement.since else ""} if c.endorsement else none,
  evidence={"count": c.evidence, "href": url_for("statements.show", statement_id=c.id, _anchor="evidence")
    if c.evidence else url_for("evidence.new", statement=c.id)},
  notes={"for_self": c.own_note, "for_reviewer": c.reviewer_note},
  previous={"key": c.answer, "label": labels[c.answer], "on": c.given_on or c.rated_at} if dated else none,
  imported="" if c.basis != "imported" else
    "Imported %s, from your own list of %s"|format(c.rated_at|day, c.given_on|day) if c.given_on else
    "Imported %s, from your own list"|format(c.rated_at|day),
  href=url_for("statements.show", statement_id=c.id), state="Saved" if saved else "") }}"""


def card(**changes: object) -> StatementCard:
    plain = StatementCard(
        id=7,
        code="COM-1-01",
        title=HOSTILE,
        text=HOSTILE,
        domain_id=1,
        rank=1,
        not_rated_here=None,
        answer=None,
        basis=None,
        version=0,
        rated_at=None,
        given_on=None,
        own_note="",
        reviewer_note="",
        endorsement=None,
        evidence=0,
        citations=[],
    )
    return dataclasses.replace(plain, **changes)  # type: ignore[arg-type]


def cards(world: World) -> list[StatementCard]:
    """Cards of many shapes, each with text that tries to be markup or a stand-in."""
    rated = {"answer": Answer.PARTLY, "basis": Basis.RATED, "version": 12}
    now, before = world.now, dt.datetime(2025, 3, 12, 23, 59, tzinfo=dt.UTC)
    listed = rated | {"rated_at": now, "basis": Basis.IMPORTED}
    answers = [
        {},
        rated | {"rated_at": now},
        rated | {"rated_at": before},
        listed,
        listed | {"given_on": before.date()},
    ]
    marks = [
        None,
        *(
            EndorsementMark(HOSTILE, EndorsedAnswer.CONSISTENTLY, before, since)
            for since in (False, True)
        ),
    ]
    notes = [{}, {"own_note": HOSTILE}, {"reviewer_note": HOSTILE}]
    quotes = [
        [],
        [
            CitationChip("O*NET <30>", HOSTILE, None),
            CitationChip("P", "in full", "https://example.org/?a=1&b=2"),
        ],
    ]
    return [
        card(**answer, endorsement=mark, **note, citations=cited, evidence=evidence)
        for answer, mark, note, cited, evidence in itertools.product(
            answers, marks, notes, quotes, (0, 1, 3)
        )
    ]


@pytest.fixture
def learner(app: Flask, world: World) -> Learner:
    with app.app_context():
        found = learner_of(world.people["ana"], world.now.date())
    assert found is not None
    return found


@pytest.mark.parametrize("saved", [None, 7])
def test_it_is_what_the_macro_makes(
    app: Flask, world: World, learner: Learner, saved: int | None
) -> None:
    with app.test_request_context("/"):
        generate_csrf()
        for each in cards(world)[:: 1 if LONG else 7]:
            fast = StatementCards(StatementsToRate([each], SCALE), learner, saved=saved).html(each)
            slow = render_template_string(
                MACRO,
                c=each,
                scale=SCALE,
                labels={word.key: word.label for word in SCALE},
                person=learner.person_id,
                dated=each.rated_at is not None and (each.given_on or each.rated_at).year == 2025,
                saved=saved,
            )
            assert INDENT.sub("\n", fast) == INDENT.sub("\n", slow)


def test_a_word_that_is_not_escaped_would_be_found(
    app: Flask, world: World, learner: Learner
) -> None:
    """The partner: hostile text is in these cards, and stands there escaped alone."""
    each = card(own_note=HOSTILE)
    with app.test_request_context("/"):
        html = str(StatementCards(StatementsToRate([each], SCALE), learner).html(each))
    assert "&lt;/textarea&gt;" in html
    assert "</textarea><b>" not in html
    assert "\ue000own\ue001" in html  # as typed; what looks like a stand-in is no stand-in


def test_no_statement_has_the_id_that_stands_in(app: Flask, learner: Learner) -> None:
    """A real statement with that very id would still get a right card."""
    each = card(id=ID)
    with app.test_request_context("/"):
        html = str(StatementCards(StatementsToRate([each], SCALE), learner).html(each))
    assert f'action="/statements/{ID}/rating"' in html
