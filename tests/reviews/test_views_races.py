"""Two people, or one in two tabs, at the same moment: one wins, the other is told and sees how it
stands now."""

import html
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.client import Client
from tests.factories import sides
from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.sides import (
    NO,
    YES,
    actor,
    answer,
    answer_all,
    ask,
    item_ids,
    items,
    review,
    send,
)
from tests.factories.world import World
from tests.reviews.act.moves import change
from tests.reviews.review_rules import faults
from tracker.db import db
from tracker.record.workflow.rules import ItemStatus, Move
from tracker.reviews.act.rules import Thing
from tracker.reviews.review import actions as review_actions
from tracker.rules.errors import Conflict

pytestmark = pytest.mark.races

SignIn = Callable[[str], Client]
ROUNDS = 6
"""How often each pair meets; each time over another statement."""

TYPED = ("reason-{item}", "note", "text")


@dataclass(frozen=True)
class Act:
    """`url` names the review and its item, and so may the names of the fields."""

    who: str
    url: str
    data: dict[str, str]

    def sent(self, review_id: int, item_id: int) -> tuple[str, dict[str, str]]:
        fields = {name.format(item=item_id): value for name, value in self.data.items()}
        return self.url.format(review=review_id, item=item_id), fields


def confirms(who: str, choice: str, reason: str = "") -> Act:
    data = {"act": "confirm", "choice-{item}": choice, "reason-{item}": reason}
    return Act(who, "/reviews/{review}/differences", data)


def answers(said: str, version: str = "1") -> Act:
    data = {"answer": said, "ground": "saw_it", "note": f"Why {said}", "version": version}
    return Act("sue", "/review-items/{item}/answer", data)


def answered(world: World, review_id: int) -> None:
    answer_all(world, review_id, ReviewerAnswer.CONSISTENTLY)


def returned(world: World, review_id: int) -> None:
    ask(actor(world, "sue"), item_ids(review_id)[0], "Where?", 1, world.now)


def differing(world: World, review_id: int) -> None:
    answer_all(world, review_id, ReviewerAnswer.PARTLY)
    review_actions.reveal(actor(world, "sue"), review_id, world.now)


def half_agreed(world: World, review_id: int) -> None:
    differing(world, review_id)
    sides.confirm(
        actor(world, "ana"), item_ids(review_id)[0], EndorsedAnswer.PARTLY, "We talked.", world.now
    )


@dataclass(frozen=True)
class Race:
    """Two acts of which only one can be done. `states`: what the review and its item are where the
    first, or the second, was faster; `told`: what the page says to the first, or the second, who
    was not."""

    arrange: Callable[[World, int], None]
    acts: tuple[Act, Act]
    states: tuple[tuple[str, str], tuple[str, str]]
    told: tuple[str, str]


def nothing(world: World, review_id: int) -> None:
    """As it was sent."""


SAME = Act(
    "",
    "/reviews/{review}/differences",
    {"act": "confirm", "choice-{item}": "agree:partly", "seen-{item}": ""},
)
REPLY = Act("ana", "/review-items/{item}/reply", {"text": "At the desk"})
RACES = {
    "withdraw or answer": Race(
        nothing,
        (Act("ana", "/reviews/{review}/withdraw", {}), answers("partly")),
        (("withdrawn", "waiting"), ("in_review", "answered")),
        ("In review", "Withdrawn"),
    ),
    "reveal or answer": Race(
        answered,
        (Act("sue", "/reviews/{review}/reveal", {"version": "2"}), answers("not_yet", "2")),
        (("closed", "endorsed"), ("in_review", "answered")),
        ("This review changed after you opened this page", "Closed"),
    ),
    "agree or keep apart": Race(
        half_agreed,
        (confirms("sue", "agree:partly", "Why: we talked long."), confirms("ana", "no_agreement")),
        (("closed", "endorsed"), ("closed", "kept_apart")),
        ("No agreement", "agreed; before"),
    ),
    "two answers in two tabs": Race(
        nothing,
        (answers("partly"), answers("not_yet")),
        (("in_review", "answered"), ("in_review", "answered")),
        ("Why not_yet", "Why partly"),
    ),
    "drop or reply": Race(
        returned,
        (Act("sue", "/review-items/{item}/drop", {}), REPLY),
        (("closed", "dropped"), ("sent", "waiting")),
        ("To answer", "Dropped"),
    ),
    "two reveals": Race(
        answered,
        (Act("sue", "/reviews/{review}/reveal", {"version": "2"}),) * 2,
        (("closed", "endorsed"), ("closed", "endorsed")),
        ("Closed", "Closed"),
    ),
}


def at_once(*posts: Callable[[], TestResponse]) -> list[TestResponse]:
    """Each in a thread of its own, let go together."""
    barrier = Barrier(len(posts))

    def run(post: Callable[[], TestResponse]) -> TestResponse:
        barrier.wait()
        return post()

    with ThreadPoolExecutor(len(posts)) as pool:
        return list(pool.map(run, posts))


def main(page: str) -> str:
    text = page.partition("<main")[2].partition("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def arranged(app: Flask, world: World, race: Race, number: int = 0) -> tuple[int, int]:
    """A review and its one item."""
    with app.app_context():
        review_id = send(world, YES, skip=number)
        (item_id,) = item_ids(review_id)
        race.arrange(world, review_id)
        db.session.rollback()
    return review_id, item_id


def sending(client: Client, act: Act, review_id: int, item_id: int) -> Callable[[], TestResponse]:
    return lambda: client.post(*act.sent(review_id, item_id))


def stands(app: Flask, review_id: int) -> tuple[str, str]:
    with app.app_context():
        found = review(review_id).status, items(review_id)[0].status
        db.session.rollback()
        return found


@pytest.mark.in_ci
@pytest.mark.parametrize("name", RACES)
def test_one_wins_and_the_other_sees_how_it_stands(
    app: Flask, world: World, sign_in: SignIn, name: str
) -> None:
    race = RACES[name]
    clients = [sign_in(world.email(act.who)) for act in race.acts]
    for client in clients:
        client.get("/account")
    for number in range(ROUNDS):
        review_id, item_id = arranged(app, world, race, number)
        ended = at_once(
            *(sending(*each, review_id, item_id) for each in zip(clients, race.acts, strict=True))
        )
        assert sorted(each.status_code for each in ended) == [303, 409]
        won = 0 if ended[0].status_code == 303 else 1
        assert stands(app, review_id) == race.states[won]
        assert race.told[1 - won] in main(ended[1 - won].text)
        for typed in (race.acts[1 - won].data.get(field) for field in TYPED):
            assert typed is None or typed in main(ended[1 - won].text)
        with app.app_context(), db.engine.connect() as connection:
            assert faults(connection) == []


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("name", RACES)
def test_whoever_comes_second_is_told(
    app: Flask, world: World, sign_in: SignIn, name: str, first: int
) -> None:
    """Each order of the two by itself: threads may fall into one of them every time."""
    race = RACES[name]
    review_id, item_id = arranged(app, world, race)
    ended = [
        sign_in(world.email(act.who)).post(*act.sent(review_id, item_id))
        for act in (race.acts[first], race.acts[1 - first])
    ]
    assert [each.status_code for each in ended] == [303, 409]
    assert stands(app, review_id) == race.states[first]
    assert race.told[1 - first] in main(ended[1].text)
    by_other = race.acts[0].who != race.acts[1].who
    is_told = "Someone else changed this review" in ended[1].text
    assert is_told == by_other or "Why" in ended[1].text


@pytest.mark.in_ci
def test_both_agree_at_once_and_both_are_told_so(app: Flask, world: World, sign_in: SignIn) -> None:
    """The partner of *agree or keep apart*: there is nothing to win."""
    clients = [sign_in(world.email(name)) for name in ("ana", "sue")]
    for client in clients:
        client.get("/account")
    for number in range(ROUNDS):
        differs = Race(differing, (SAME, SAME), (("", ""), ("", "")), ("", ""))
        review_id, item_id = arranged(app, world, differs, number)
        ended = at_once(*(sending(each, SAME, review_id, item_id) for each in clients))
        assert [each.status_code for each in ended] == [303, 303]
        assert stands(app, review_id) == ("closed", "endorsed")
        told = sorted(main(each.get("/reviews").text) for each in clients)
        assert sum("You both agreed on 1, so it is reviewed." in each for each in told) == 1
        with app.app_context(), db.engine.connect() as connection:
            assert faults(connection) == []


def test_a_move_without_its_lock_is_found(
    app: Flask, world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The partner: were the table of moves not asked, both would be told that it was done."""
    for move in (Move.DROP, Move.REPLY):
        change(monkeypatch, Thing.ITEM, move, before=tuple(ItemStatus))
    with app.app_context():
        review_id = send(world, YES, NO)
        item_id = item_ids(review_id)[0]
        returned(world, review_id)
        db.session.rollback()
    for act in RACES["drop or reply"].acts:
        url = act.url.format(review=review_id, item=item_id)
        assert sign_in(world.email(act.who)).post(url, act.data).status_code == 303
    with app.app_context(), db.engine.connect() as connection:
        assert any(
            "went from dropped" in fault or "is waiting" in fault for fault in faults(connection)
        )


def test_a_statement_is_sent_once_from_two_tabs(app: Flask, world: World, sign_in: SignIn) -> None:
    """Two forms, so two keys: the second is refused, with the page as it is now."""
    with app.app_context():
        review_id = send(world, YES)
        review_actions.withdraw(actor(world, "ana"), review_id, world.now)
        db.session.rollback()
    data = {
        "reviewer": f"{world.people['sue']}-{world.teams['central']}",
        "statements": [str(world.statements["communication"][0])],
    }
    tabs = [sign_in(world.email("ana")) for _tab in range(2)]
    for tab in tabs:
        tab.get("/account")
    ended = at_once(*(lambda tab=tab: tab.post("/reviews", data) for tab in tabs))  # type: ignore[misc]
    assert sorted(each.status_code for each in ended) == [303, 422]
    assert "with a reviewer already" in next(each for each in ended if each.status_code == 422).text


def test_an_answer_after_the_withdrawal_keeps_its_note(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        review_id = send(world, YES)
        (item_id,) = item_ids(review_id)
        review_actions.withdraw(actor(world, "ana"), review_id, world.now)
        with pytest.raises(Conflict):
            answer(world, item_id, ReviewerAnswer.PARTLY)
        db.session.rollback()
    late = sign_in(world.email("sue")).post(
        f"/review-items/{item_id}/answer",
        {**answers("partly").data, "note": "Two <b>lines</b>\n\nof it"},
    )
    assert late.status_code == 409
    assert "What you wrote is not saved. Here it is, to copy: Two <b>lines</b> of it" in main(
        late.text
    )
