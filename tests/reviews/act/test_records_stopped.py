"""An act that is stopped before any one of its statements leaves everything as it was."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, event, select

from tests.conftest import NOW
from tests.factories import sides
from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.sides import NO, YES, actor, answer, answer_all, item_ids, send
from tests.factories.world import World
from tracker.assessment.ratings import actions as ratings_actions
from tracker.db import Base, db, session
from tracker.reviews.review import actions as review_actions

pytestmark = pytest.mark.usefixtures("app_context")


class Stopped(BaseException):
    """As if the process had been killed: nothing handles it."""


def everything() -> dict[str, list[tuple[object, ...]]]:
    session().rollback()
    with db.engine.connect() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }


def stopped_before(number: int, act: Callable[[], object]) -> bool:
    """Whether it has so many statements."""
    asked = 0

    def stop(*_of: object) -> None:
        nonlocal asked
        asked += 1
        if asked == number:
            raise Stopped

    event.listen(Engine, "before_cursor_execute", stop)
    try:
        act()
    except Stopped:
        return True
    finally:
        event.remove(Engine, "before_cursor_execute", stop)
    return False


def is_all_or_nothing(act: Callable[[], object]) -> None:
    before, number = everything(), 1
    while stopped_before(number, act):
        assert everything() == before, number
        number += 1
    assert number > 5, "it is made of several statements"
    assert everything() != before


def rated(world: World) -> Callable[[], object]:
    ana, statement_id = actor(world, "ana"), world.statements["communication"][0]
    return lambda: ratings_actions.rate(ana, statement_id, YES, 0, NOW, own_note="At the desk")


def answered(world: World) -> Callable[[], object]:
    (item_id,) = item_ids(send(world, YES))
    return lambda: answer(world, item_id, ReviewerAnswer.CONSISTENTLY)


def revealed(world: World) -> Callable[[], object]:
    review_id = send(world, YES, NO)
    answer_all(world, review_id, ReviewerAnswer.CONSISTENTLY, ReviewerAnswer.CONSISTENTLY)
    return lambda: review_actions.reveal(actor(world, "sue"), review_id, NOW)


def differing(world: World) -> int:
    revealed(world)()
    items = Base.metadata.tables["review_items"].c
    return session().scalars(select(items.id).order_by(items.id)).all()[1]


def agreed(world: World) -> Callable[[], object]:
    item_id, said = differing(world), EndorsedAnswer.NOT_YET
    sides.confirm(actor(world, "ana"), item_id, said, "", NOW)
    return lambda: sides.confirm(actor(world, "sue"), item_id, said, "", NOW)


def kept_apart(world: World) -> Callable[[], object]:
    item_id = differing(world)
    return lambda: sides.keep_apart(actor(world, "ana"), item_id, NOW)


@pytest.mark.parametrize("made", [rated, answered, revealed, agreed, kept_apart])
def test_it_is_made_whole_or_not_at_all(
    world: World, made: Callable[[World], Callable[[], object]]
) -> None:
    is_all_or_nothing(made(world))


def test_an_act_of_two_halves_is_found(world: World) -> None:
    """The partner."""
    one, other = rated(world), answered(world)
    with pytest.raises(AssertionError):
        is_all_or_nothing(lambda: (other(), one()))
