"""Who decides about an objection, on their pages; and that nothing tells who objected."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from tests.accounts.readers.waiting import OBJECTED, SignIn, met, row, said_after, waits, words
from tests.conftest import NOW
from tests.factories.actors import acting
from tests.factories.mail_servers import mail_server
from tests.factories.notices import deliver, text, wants
from tests.factories.people import join
from tests.factories.world import World
from tracker.accounts.readers import actions as readers_actions
from tracker.db import transaction
from tracker.models import Library, Person, RecordOpening
from tracker.rules.core.notices import MailChoice
from tracker.rules.core.openings import INDEPENDENT_AFTER
from tracker.rules.roles import Role

EACH_TIME = re.compile(r'(?:name="(?:csrf_token|form_key)" value|nonce)="[^"]*"|Reference: \w+')
"""What differs from one answer to the next, whatever it says."""


@pytest.fixture(autouse=True)
def _old_accounts(app: Flask, world: World) -> None:
    """Adam, who administers, counts as independent."""
    with app.app_context(), transaction() as tx:
        tx.get_one(Person, world.people["adam"]).created_at = NOW - INDEPENDENT_AFTER


# Who decides about an objection


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        ("opened", "Decided: they may read this record."),
        ("kept_closed", "Decided: the record stays closed to them."),
    ],
)
def test_another_administrator_decides(
    app: Flask, world: World, sign_in: SignIn, decision: str, said: str
) -> None:
    opening_id = waits(app, world, **OBJECTED)
    adam = sign_in(world.email("adam"))
    assert "1 new reader to check" in words(adam.get("/").text)
    page = adam.get("/readers").text
    assert "Ana objects to Hugo" in words(page)
    address = f"/readers/{opening_id}/decide"
    for tampered in ({}, {"decision": "x"}, {"decision": ""}):
        assert adam.post(address, data=tampered).status_code == 404
    assert row(app, opening_id).decision is None
    assert said in said_after(adam, address, decision=decision)
    assert row(app, opening_id).decided_by_id == world.people["adam"]
    assert adam.post(address, data={"decision": decision}).status_code == 404
    assert "Nobody waits for you" in adam.get("/readers").text


def test_an_operator_is_told_where_to_decide(app: Flask, world: World, sign_in: SignIn) -> None:
    waits(app, world, **OBJECTED, given_by="adam")
    with app.app_context(), transaction() as tx:
        tx.get_one(Person, world.people["oda"]).operator = True
    said = words(sign_in(world.email("oda")).get("/readers").text)
    assert "1 objection waits for you as operator." in said
    assert "tracker people objections" in said
    assert "Ana" not in said
    assert "operator" not in words(sign_in(world.email("adam")).get("/readers").text)


PAGES = (
    "/",
    "/readers",
    "/notices",
    "/teams",
    "/admin",
    "/admin/access",
    "/admin/access.csv",
    "/admin/audit",
    "/people/{ana}/profile",
    "/teams/{central}",
    "/teams/{central}/gaps",
    "/admin/people/{ana}",
    "/admin/people/{hugo}",
)


@pytest.mark.in_ci
@pytest.mark.parametrize("reader", ["hugo", "adam"])
def test_nothing_tells_the_reader_or_the_giver_who_objected(
    app: Flask, world: World, sign_in: SignIn, reader: str
) -> None:
    """Hugo waits for Ana and Ben, by Adam: what either reads is the same to the byte before and
    after Ana objects."""
    with app.app_context():
        for person in ("ana", "ben"):
            join(world, person, "harbour")
        met(world)
        join(world, "hugo", "central", Role.SUPERVISOR)
    opening_id = waits(app, world, given_by="adam")
    waits(app, world, "ben", given_by="adam")
    with app.app_context(), transaction() as tx:
        library = tx.get_one(Library, world.libraries["city"])
        library.hr_email = "hr@example.org"

    def read() -> dict[str, tuple[int, str]]:
        client = sign_in(world.email(reader))
        found = {}
        for page in PAGES:
            answer = client.get(page.format(**world.people, **world.teams))
            found[page] = (answer.status_code, EACH_TIME.sub("", answer.text))
        return found

    read()
    before = read()
    with app.app_context():
        readers_actions.object_to(acting(world, "ana"), opening_id, NOW)
    after = read()
    assert before["/readers"][0] == (200 if reader == "adam" else 403)
    assert {page for page in PAGES if before[page] != after[page]} <= {"/admin/audit"}
    listed, then = (rows(each["/admin/audit"][1]) for each in (before, after))
    assert {each.split(" Adam")[0] for each in then[: len(then) - len(listed)]} <= {
        "Nov 24, 10:00 AM Taken out as a file",
        "Nov 24, 10:00 AM Signed in",
    }
    assert then[len(then) - len(listed) :] == listed


def rows(page: str) -> list[str]:
    found = re.findall(r"<tr>(.*?)</tr>", page.partition("<tbody>")[2], re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", each).split()) for each in found if "<td" in each]


# What is told


def test_the_notice_and_its_mail_name_all_that_one_needs_to_know_them(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        met(world)
        wants(world, MailChoice.NONE, "ana")
    adam = sign_in(world.email("adam"))
    terms = {"team_id": world.teams["central"], "role": "supervisor", "starts_on": "2026-11-24"}
    adam.post(f"/admin/people/{world.people['hugo']}/memberships", data=terms)
    sentence = (
        "Hugo (hugo@example.org) can read your reviewed ratings from Dec 1, 2026, as supervisor of "
        "Central. Adam gave them this role. Their account was made on Nov 24, 2026."
    )
    ana = sign_in(world.email("ana"))
    for page in ("/", "/notices"):
        assert sentence in words(ana.get(page).text), page
    with app.app_context(), mail_server() as inbox:
        wants(world, MailChoice.EACH, "ana")
        with transaction() as tx:
            assert tx.scalars(select(RecordOpening.told_at)).one() == NOW
        deliver(inbox, NOW)
        assert inbox.recipients == [["ana@example.org"]]
        assert sentence in " ".join(text(inbox).split())
        assert "/account/readers" in text(inbox)
    ana.get("/account/readers")
    assert sentence not in words(ana.get("/").text), "read by opening the page it leads to"
