"""Any order of moves by several people through their pages, against a model of design.md's table.

The model is a few words for each item and says for each request what must come back. What is
refused leaves every row of the database as it was, and is a 4xx.
"""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.reviews.act.moves import change
from tests.reviews.state_machine import ReviewMachine, walk
from tracker.record.workflow.rules import ItemStatus, Move
from tracker.reviews.act.rules import MOVES, Thing
from tracker.web.http import idempotency


@pytest.mark.in_ci  # the way through below has every step that a rule is broken by
def test_any_order_of_moves_keeps_to_the_table(app: Flask) -> None:
    walk(app)


def lose(lost: tuple[ItemStatus, Move]) -> Callable[[pytest.MonkeyPatch], None]:
    status, move = lost

    def without(patch: pytest.MonkeyPatch) -> None:
        before = tuple(each for each in MOVES[Thing.ITEM, move].before if each != status)
        change(patch, Thing.ITEM, move, before=before)

    return without


BREAKS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "a move is lost": lose((ItemStatus.RETURNED, Move.REPLY)),
    "an agreement is lost": lose((ItemStatus.DIFFERS, Move.AGREE)),
    "undoing is lost": lose((ItemStatus.KEPT_APART, Move.UNDO_KEEP_APART)),
    "taking back is lost": lose((ItemStatus.DIFFERS, Move.TAKE_BACK)),
    "a move too many": lambda patch: change(
        patch, Thing.ITEM, Move.KEEP_APART, before=(ItemStatus.DIFFERS, ItemStatus.ENDORSED)
    ),
    "keys are not looked at": lambda patch: patch.setattr(
        idempotency, "_sent", lambda _person: None
    ),
}


def way_through(app: Flask) -> None:
    """Every step that a broken rule changes, in the machine's own words: what a walk of any length
    may come upon."""
    ReviewMachine.app = app
    machine = ReviewMachine()
    try:
        machine.half_the_walks_start_at_the_reveal(False)
        (sheet,) = machine.sheets
        equal, other = sheet.items
        machine.ask(machine.returning("sue", sheet, equal))
        machine.ask(machine.answering("sue", sheet, other, "partly"))
        machine.ask(machine.revealing("sue", sheet))
        machine.ask(machine.choosing("sue", sheet, other, "agree:partly"))
        machine.ask(machine.keeping_apart("sue", sheet, other))
        machine.stands_as_modelled()
        machine.ask(machine.undoing("ana", sheet, other))
        machine.ask(machine.undoing("sue", sheet, other))
        machine.ask(machine.agreeing("ana", sheet, other, "partly"))
        machine.ask(machine.taking_back("ana", sheet, other))
        machine.stands_as_modelled()
        machine.ask(machine.talking("ana", sheet, other))
        machine.ask(machine.moving("ana", sheet, equal, "reply", "waiting"))
        machine.ask(machine.answering("sue", sheet, equal, "partly"))
        machine.ask(machine.revealing("sue", sheet))
        machine.ask(machine.keeping_apart("sue", sheet, equal))
        for who in ("ana", "sue"):
            machine.ask(machine.planning(who, sheet, other))
            machine.press_again()
            machine.ask(machine.agreeing(who, sheet, other, "not_yet"))
            machine.stands_as_modelled()
    finally:
        machine.teardown()


@pytest.mark.in_ci
def test_the_way_through_is_as_modelled(app: Flask) -> None:
    way_through(app)


@pytest.mark.in_ci
@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_rule_is_found(app: Flask, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    BREAKS[name](monkeypatch)
    with pytest.raises(AssertionError):
        way_through(app)


@pytest.mark.in_ci
def test_a_walk_finds_a_broken_rule(
    app: Flask, engine_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engine_name != "sqlite":
        pytest.skip("a walk finds what is broken in the program, whichever the engine")
    BREAKS["keys are not looked at"](monkeypatch)
    with pytest.raises(AssertionError):
        walk(app, examples=20)
