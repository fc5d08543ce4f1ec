"""Thanks at the end of a review: one of each of the two to the other, and in nobody else's sight."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from tests import pdf
from tests.client import Client
from tests.evidence.canary import CARD, tables_with_it
from tests.factories.notices import wants
from tests.factories.people import join
from tests.factories.sides import YES, actor, answer_all, send
from tests.factories.world import World
from tests.reading import words
from tests.reviews.result.test_pages import PARTLY, SAME, settled
from tests.reviews.test_views_blindness import crawl
from tracker.administration.people import actions as people_actions
from tracker.db import db, session
from tracker.models import AuditEvent, AuditEventDetail, HeldText, Notice, Thanks
from tracker.reviews.differences import actions as differences_actions
from tracker.reviews.review import actions as review_actions
from tracker.rules.core.notices import MailChoice, NoticeKind
from tracker.rules.errors import Conflict, Missing
from tracker.rules.roles import Role

SignIn = Callable[[str], Client]
TO_ANA, TO_SUE = "Saturdays run calmer, thanks to you.", "You took the time: CANARY-THANKS."


@pytest.fixture
def review_id(app: Flask, world: World) -> int:
    with app.app_context():
        return settled(world)


@pytest.fixture
def url(review_id: int) -> str:
    return f"/reviews/{review_id}"


def test_where_nobody_wrote_any_nothing_is_shown(url: str, world: World, sign_in: SignIn) -> None:
    for name, other in (("ana", "Sue"), ("sue", "Ana")):
        page = sign_in(world.email(name)).get(f"{url}/result").text
        assert "Thanks from" not in words(page)
        assert f"Thank {other}</summary>" in page


def test_each_thanks_the_other(url: str, world: World, sign_in: SignIn) -> None:
    ana, sue = (sign_in(world.email(name)) for name in ("ana", "sue"))
    for client, text in ((sue, TO_ANA), (ana, TO_SUE)):
        sent = client.post(f"{url}/thanks", {"text": f"  {text}\r\n"})
        assert (sent.status_code, sent.location) == (303, f"{url}/result")
    for_ana, for_sue = (words(each.get(f"{url}/result").text) for each in (ana, sue))
    assert f"Thanks from Sue {TO_ANA} Sent to you on Nov 24." in for_ana
    assert f"Your thanks to Sue Thanks from Ana {TO_SUE} Sent to Sue on Nov 24." in for_ana
    assert f"Thanks from Ana {TO_SUE} Sent to you on Nov 24." in for_sue
    assert "Only you and Ana see it. You can change or withdraw it here." in for_sue
    for client in (ana, sue):
        notes = pdf.words(client.get(f"{url}/differences.pdf"))
        assert f"Thanks from Sue {TO_ANA}" in notes
        assert f"Thanks from Ana {TO_SUE}" in notes


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (" \n ", "Write something here first."),
        ("x" * 501, "This can be 500 characters long; it has 501."),
    ],
)
def test_what_is_refused_is_kept(
    url: str, world: World, sign_in: SignIn, typed: str, said: str
) -> None:
    ana = sign_in(world.email("ana"))
    page = ana.post(f"{url}/thanks", {"text": typed})
    assert page.status_code == 422
    assert "<title>Error:" in page.text
    assert said in words(page.text)
    assert f"{typed.strip()}</textarea>" in page.text
    assert '<details class="no-print" open>' in page.text
    assert "Thanks from" not in words(ana.get(f"{url}/result").text)


def test_it_can_be_changed_and_withdrawn(
    app: Flask, url: str, world: World, sign_in: SignIn
) -> None:
    """The other is told once, in the application alone, and no more once it is withdrawn."""
    with app.app_context():
        wants(world, MailChoice.EACH, "sue")
    ana, sue = (sign_in(world.email(name)) for name in ("ana", "sue"))
    for text in ("Too short.", TO_SUE):
        ana.post(f"{url}/thanks", {"text": text})
    page = ana.get(f"{url}/result").text
    assert f"{TO_SUE}</textarea>" in page
    assert "Too short." not in page
    said = "Ana thanked you for your work on a review."
    notices = sue.get("/notices").text
    assert words(notices).count(said) == 1
    assert f'href="{url}/result"' in notices
    with app.app_context():
        told = select(Notice.to_mail).where(Notice.kind == NoticeKind.REVIEW_THANKED)
        assert session().scalars(told).all() == [False]
    assert ana.post(f"{url}/thanks/withdraw").status_code == 303
    assert ana.post(f"{url}/thanks/withdraw").status_code == 303
    assert TO_SUE not in ana.get(f"{url}/result").text + sue.get(f"{url}/result").text
    assert said not in words(sue.get("/notices").text)


def test_nothing_is_left_of_what_was_withdrawn(app: Flask, review_id: int, world: World) -> None:
    """The audit says that it was written and withdrawn, and never what."""
    with app.app_context():
        ana = actor(world, "ana")
        differences_actions.thank(ana, review_id, f"You helped me with {CARD}.", world.now)
        assert tables_with_it(db.engine) == {"thanks"}
        differences_actions.withdraw_thanks(ana, review_id, world.now)
        assert tables_with_it(db.engine) == set()
        kinds = session().scalars(select(AuditEvent.kind).order_by(AuditEvent.sequence)).all()
        assert kinds[-2:] == ["review_thanked", "review_thanks_withdrawn"]
        facts = session().scalars(select(AuditEventDetail.facts)).all()
        assert {"review": review_id} in facts


@pytest.mark.parametrize("on_hold", ["ana", "sue"])
def test_a_legal_hold_on_either_keeps_what_goes(
    app: Flask, review_id: int, world: World, on_hold: str
) -> None:
    with app.app_context():
        ana, adam = actor(world, "ana"), actor(world, "adam")
        differences_actions.thank(ana, review_id, "First", world.now)
        people_actions.begin_legal_hold(adam, world.people[on_hold], "A letter.", world.now)
        differences_actions.thank(ana, review_id, TO_SUE, world.now)
        differences_actions.withdraw_thanks(ana, review_id, world.now)
        held = session().scalars(select(HeldText.content).order_by(HeldText.id)).all()
        assert held == [{"text": "First"}, {"text": TO_SUE}]


def test_only_of_a_closed_review_and_by_the_two(app: Flask, world: World) -> None:
    with app.app_context():
        review_id = send(world, YES)
        for name, refusal in (("ana", Conflict), ("sue", Conflict), ("cora", Missing)):
            with pytest.raises(refusal):
                differences_actions.thank(actor(world, name), review_id, "Early", world.now)
        answer_all(world, review_id, SAME)
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
        for name in ("cora", "ben", "hugo"):
            with pytest.raises(Missing):
                differences_actions.thank(actor(world, name), review_id, "Not mine", world.now)
        assert session().scalars(select(Thanks)).all() == []


@pytest.fixture
def thanked(app: Flask, world: World, url: str, review_id: int) -> list[str]:
    """Both wrote some; then Hugo, who leads the team with Sue, gives a second opinion. Addresses
    to guess."""
    with app.app_context():
        differences_actions.thank(actor(world, "ana"), review_id, TO_SUE, world.now)
        differences_actions.thank(
            actor(world, "sue"), review_id, "CANARY-THANKS to you.", world.now
        )
        join(world, "hugo", "central", Role.SUPERVISOR)
        first = world.statements["communication"][0]
        second = review_actions.send(actor(world, "ana"), world.people["hugo"], [first], world.now)
        answer_all(world, second, PARTLY, by="hugo")
        review_actions.reveal(actor(world, "hugo"), second, world.now)
    pages = ("", "/result", "/differences", "/differences.pdf")
    work = f"/people/{world.people['sue']}/open-work"
    return [*(f"{url}{page}" for page in pages), work, f"/reviews/{second}/result", "/notices"]


@pytest.mark.in_ci
@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["cora", "hugo", "adam", "ben"])
def test_nobody_else_sees_any(world: World, sign_in: SignIn, thanked: list[str], name: str) -> None:
    """Coordinator, second reader, administrator, colleague."""
    client = sign_in(world.email(name))
    more = ["/admin/audit"] if name == "adam" else []
    told = {path: client.get(path).text for path in more}
    told |= {path: body for path, (_, _, body) in crawl(client, world, *thanked).items()}
    assert [path for path, body in told.items() if "CANARY-THANKS" in body] == []
    assert [path for path, body in told.items() if "thanked" in body] == []


def test_what_the_two_see_would_be_found(world: World, sign_in: SignIn, thanked: list[str]) -> None:
    """The partner."""
    for name in ("ana", "sue"):
        found = crawl(sign_in(world.email(name)), world, *thanked)
        of_it = {path for path, (_, _, body) in found.items() if "CANARY-THANKS" in body}
        assert of_it == {thanked[1], thanked[3]}
