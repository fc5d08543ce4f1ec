"""Suggestions of readers: kept once, closed once."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from tests.conftest import NOW
from tests.factories.actors import acting
from tests.factories.world import World
from tracker.administration.library.actions import set_operator
from tracker.db import db
from tracker.frameworks.corrections.actions import close_correction, suggest_correction
from tracker.frameworks.corrections.queries import corrections, count_open
from tracker.models import AuditEvent, Correction
from tracker.policy.permissions import Actor
from tracker.rules.errors import Conflict, Invalid, Missing


def suggest(
    world: World, text: str = "A word is wrong.", code: str = "COM-1-01", email: str = ""
) -> None:
    suggest_correction(
        world.framework_id,
        code,
        text,
        " Rita  Reader ",
        email,
        NOW,
        library_id=world.libraries["city"],
    )


def test_what_is_suggested_waits_for_an_administrator(context: World, adam: Actor) -> None:
    suggest(context, email="Rita@Example.org")
    (row,) = corrections(adam, is_open=True)
    assert (row.slug, row.code, row.statement) == ("small", "COM-1-01", "Communication 1.1")
    assert (row.text, row.name, row.email) == (
        "A word is wrong.",
        "Rita Reader",
        "rita@example.org",
    )
    assert (row.suggested_at, row.closed_at, row.closed_by) == (NOW, None, "")


def test_name_and_address_may_stay_empty(context: World, adam: Actor) -> None:
    suggest_correction(
        context.framework_id,
        "",
        "The whole page.",
        " ",
        "",
        NOW,
        library_id=context.libraries["city"],
    )
    (row,) = corrections(adam, is_open=True)
    assert (row.code, row.statement, row.name, row.email) == ("", "", "", "")


@pytest.mark.parametrize("code", ["COM-1-01", ""])
def test_sent_twice_it_is_kept_once_while_it_waits(context: World, adam: Actor, code: str) -> None:
    suggest(context, code=code)
    suggest(context, code=code)
    assert count_open(adam) == 1
    suggest(context, text="Another word.", code=code)
    assert count_open(adam) == 2
    for row in corrections(adam, is_open=True):
        close_correction(adam, row.id, "", NOW)
    suggest(context, code=code)
    assert count_open(adam) == 1


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"text": "  "}, "line_empty", "text"),
        ({"text": "x" * 4001}, "line_long", "text"),
        ({"name": "x" * 201}, "line_long", "name"),
        ({"email": "not an address"}, "email_not_valid", "email"),
        ({"code": "COM-9-99"}, "statement_unknown", "statement"),
        ({"code": "com-1-01"}, "statement_unknown", "statement"),
    ],
)
def test_what_cannot_be_kept_is_refused(
    context: World, change: dict[str, str], code: str, field: str
) -> None:
    sent = {"code": "", "text": "A word is wrong.", "name": "", "email": ""} | change
    with pytest.raises(Invalid) as refused:
        suggest_correction(context.framework_id, **sent, now=NOW)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert db.session.scalar(select(func.count(Correction.id))) == 0


def test_closing_says_who_when_and_what_became_of_it(context: World, adam: Actor) -> None:
    suggest(context)
    (row,) = corrections(adam, is_open=True)
    later = NOW + dt.timedelta(days=2)
    close_correction(adam, row.id, " Passed on. ", later)
    assert (corrections(adam, is_open=True), count_open(adam)) == ([], 0)
    (closed,) = corrections(adam, is_open=False)
    assert (closed.closed_by, closed.closed_at, closed.outcome) == ("Adam", later, "Passed on.")
    kinds = db.session.scalars(select(AuditEvent.kind).order_by(AuditEvent.id)).all()
    assert kinds == ["correction_closed"]


def test_it_is_closed_once(context: World, adam: Actor) -> None:
    suggest(context)
    (row,) = corrections(adam, is_open=True)
    close_correction(adam, row.id, "First.", NOW)
    with pytest.raises(Conflict, match="correction_closed"):
        close_correction(adam, row.id, "Second.", NOW)
    assert [one.outcome for one in corrections(adam, is_open=False)] == ["First."]


def test_what_is_not_there_cannot_be_closed(context: World, adam: Actor) -> None:
    with pytest.raises(Missing):
        close_correction(adam, 2**31 - 1, "", NOW)


def test_the_anchor_meant_stands_before_the_words(context: World) -> None:
    suggest_correction(
        context.framework_id, "", "It is a skill.", "", "", NOW, anchor="Service Orientation"
    )
    assert db.session.scalar(select(Correction.text)) == "Service Orientation: It is a skill."


def operator(world: World, name: str = "oda") -> Actor:
    set_operator(world.email(name), True, NOW)
    return acting(world, name)


def test_it_is_for_the_library_of_who_was_signed_in(context: World, adam: Actor) -> None:
    suggest(context)
    (row,) = corrections(adam, is_open=True)
    oda = acting(context, "oda")
    assert (corrections(oda, is_open=True), count_open(oda)) == ([], 0)
    with pytest.raises(Missing):
        close_correction(oda, row.id, "", NOW)
    close_correction(adam, row.id, "Passed on.", NOW)
    assert corrections(oda, is_open=False) == []


def test_without_a_library_it_is_the_operators(context: World, adam: Actor) -> None:
    suggest_correction(context.framework_id, "", "A word is wrong.", "", "", NOW)
    assert count_open(adam) == count_open(acting(context, "ana")) == 0
    oda = operator(context)
    (row,) = corrections(oda, is_open=True)
    with pytest.raises(Missing):
        close_correction(adam, row.id, "", NOW)
    close_correction(oda, row.id, "Passed on.", NOW)
    assert [
        closed_correction.closed_by for closed_correction in corrections(oda, is_open=False)
    ] == ["Oda"]
    ana = operator(context, "ana")
    assert [
        closed_correction.closed_by for closed_correction in corrections(ana, is_open=False)
    ] == [""], "of another library"


def test_the_same_words_of_two_libraries_are_two(context: World, adam: Actor) -> None:
    suggest(context)
    suggest_correction(
        context.framework_id,
        "COM-1-01",
        "A word is wrong.",
        "",
        "",
        NOW,
        library_id=context.libraries["other"],
    )
    assert count_open(adam) == count_open(acting(context, "oda")) == 1
