"""Who has the next turn, with a clock of the test's own."""

import datetime as dt
import math
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from tests.conftest import NOW
from tracker.accounts.sign_in import actions as sign_in_actions
from tracker.accounts.sign_in.actions import Ticket, ahead, take_turn
from tracker.accounts.sign_in.rules import LONGEST_APART, STAYS, TURNS, TURNS_WITHIN
from tracker.db import session
from tracker.models import SignInTurn

HERE, ELSEWHERE = 1, 2
ANA, BEN = 10, 11
NO_TIME = dt.timedelta(0)
Apart = Callable[[Ticket], dt.timedelta]


def at(seconds: float) -> dt.datetime:
    return NOW + dt.timedelta(seconds=seconds)


def tickets(account: int, many: int, place: int = HERE) -> list[Ticket]:
    return [Ticket(place, account, f"{place}-{account}-{number}") for number in range(many)]


def turns_of(waiting: list[Ticket], *, apart: Apart = lambda _ticket: NO_TIME) -> dict[str, float]:
    """After how many seconds each has its turn: all come at once, and come back as the page does,
    after one to ten seconds."""
    had: dict[str, float] = {}
    due = [(0.0, number, ticket) for number, ticket in enumerate(waiting)]
    while due:
        due.sort()
        seconds, number, ticket = due.pop(0)
        before = ahead(ticket, at(seconds))
        if not before and take_turn(ticket, apart(ticket), at(seconds)):
            had[ticket.secret] = seconds
            continue
        left = math.ceil(before * TURNS_WITHIN.total_seconds() / TURNS)
        due.append((seconds + min(max(left, 1), 10), number, ticket))
    return had


def rows() -> int:
    return session().scalar(select(func.count(SignInTurn.id))) or 0


pytestmark = pytest.mark.usefixtures("context")
HUNDREDS = pytest.mark.in_ci
"""Of the rule by which tries take turns. At each change `test_one_in_half_a_second` and
`test_accounts_take_turns` tell it, of tens."""


@pytest.mark.in_ci
def test_one_in_half_a_second() -> None:
    """And a few at once after a rest."""
    had = sorted(turns_of(tickets(ANA, 60)).values())
    for first, last in zip(had, had[TURNS:], strict=False):
        assert last - first >= TURNS_WITHIN.total_seconds()
    assert had[-1] <= 60 / 2 + 5


@HUNDREDS
@pytest.mark.reads_at_length
def test_a_neighbor_gets_in_while_a_hundred_are_tried() -> None:
    (ben,) = tickets(BEN, 1)
    assert turns_of([*tickets(ANA, 100), ben])[ben.secret] <= 10
    many = [Ticket(ELSEWHERE, 100 + number, f"many-{number}") for number in range(100)]
    (ben,) = tickets(BEN, 1, ELSEWHERE)
    assert turns_of([*many, ben])[ben.secret] <= 60


@HUNDREDS
@pytest.mark.reads_at_length
def test_and_so_does_the_one_whose_password_is_guessed() -> None:
    own = Ticket(HERE, ANA, "own")
    assert turns_of([*tickets(ANA, 100), own])["own"] <= 60


@HUNDREDS
@pytest.mark.reads_at_length
def test_a_hundred_and_forty_first_sign_ins_end_within_two_minutes() -> None:
    everybody = [Ticket(HERE, 100 + number, f"{number}") for number in range(140)]
    typed_wrong = [Ticket(HERE, 100 + number, f"again-{number}") for number in range(10)]
    assert max(turns_of([*everybody, *typed_wrong]).values()) <= 120


@pytest.mark.in_ci
def test_accounts_take_turns() -> None:
    """Whoever has many tries in line has one in each round."""
    first, second = tickets(ANA, 40), tickets(BEN, 3)
    had = turns_of([*first, *second])
    assert max(had[each.secret] for each in second) < had[first[TURNS + 12].secret]


def test_other_places_do_not_wait() -> None:
    turns_of(tickets(ANA, 30))
    for ticket in tickets(ANA, TURNS, ELSEWHERE):
        assert take_turn(ticket, NO_TIME, at(30))


def test_tries_at_one_account_are_apart_wherever_they_come_from() -> None:
    """And keep nobody else there waiting."""
    (first,), (second,) = tickets(ANA, 1), tickets(ANA, 1, ELSEWHERE)
    assert take_turn(first, LONGEST_APART, at(0))
    assert not take_turn(second, LONGEST_APART, at(1))
    assert all(take_turn(ben, NO_TIME, at(2)) for ben in tickets(BEN, TURNS, ELSEWHERE))
    assert ahead(second, at(10)) > 0
    assert take_turn(second, LONGEST_APART, at(15))


def test_who_left_is_in_line_no_more() -> None:
    for ticket in tickets(ANA, TURNS + 20):
        take_turn(ticket, NO_TIME, at(0))
    late = STAYS.total_seconds()
    (ben,) = tickets(BEN, 1)
    assert take_turn(ben, NO_TIME, at(late))
    assert rows() == 1


def test_rows_do_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has no place in line comes into it later."""
    monkeypatch.setattr(sign_in_actions, "WAITING_MAX", 5)
    for ticket in tickets(ANA, TURNS + 5):
        take_turn(ticket, NO_TIME, at(0))
    (ben,) = tickets(BEN, 1)
    assert not take_turn(ben, NO_TIME, at(0))
    assert rows() == TURNS + 5
    assert turns_of([*tickets(ANA, TURNS + 5), ben])[ben.secret] <= 20


def test_nothing_is_stored_that_was_typed_or_opens_a_turn() -> None:
    ticket = Ticket(HERE, ANA, "secret of the ticket")
    take_turn(ticket, NO_TIME, at(0))
    stored = session().execute(select(SignInTurn.__table__)).one()
    assert "secret of the ticket" not in repr(stored)


@pytest.mark.in_ci
def test_a_full_line_has_room_for_who_has_fewer_tries_in_it() -> None:
    """However many tries somebody keeps in line at one account, also without a pause."""
    full = sign_in_actions.WAITING_MAX + TURNS
    for ticket in tickets(ANA, full):
        take_turn(ticket, NO_TIME, at(0))
    (ben,) = tickets(BEN, 1)
    assert not take_turn(ben, NO_TIME, at(0)), "its turn has not come"
    for again in tickets(ANA, full + 50)[full:]:
        assert ahead(again, at(1)) > sign_in_actions.WAITING_MAX, "takes nobody's place"
    assert rows() == full
    assert take_turn(ben, NO_TIME, at(TURNS_WITHIN.total_seconds()))
