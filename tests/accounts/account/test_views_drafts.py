"""Drafts through the pages: saved while somebody types, offered to them alone, and gone with what is
sent."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from tests.client import Client
from tests.factories.evidence import piece
from tests.factories.sides import PART, YES, actor, ask, item_ids, send
from tests.factories.world import World
from tracker.db import transaction
from tracker.models import Draft
from tracker.queries.access import drafts as core_drafts_queries
from tracker.rules.drafts import Fields
from tracker.today.own_record.pages import words_of
from tracker.today.own_record.queries import record_of

SignIn = Callable[[str], Client]
NEW = "/evidence/new"
TYPED: Fields = (
    ("title", "Ran the “Friday” desk"),
    ("text", "Two lines,\n<b>of text</b> & more."),
    ("done_on", "2026-03-02"),
)


def save(client: Client, person_id: int, draft: str, fields: Any) -> int:
    body = {"draft": draft, "fields": [list(pair) for pair in fields], "person_id": person_id}
    return client.post_json("/drafts", body).status_code


def kept(app: Flask, world: World, name: str = "ana") -> dict[str, Fields]:
    with app.app_context():
        found = core_drafts_queries.all_fields(world.people[name])
        return {f"{each.form} {each.subject}".strip(): fields for each, fields in found}


def offer(page: str) -> tuple[str, str]:
    """Where the draft is used, and where it is discarded."""
    use = re.search(r'<a class="[^"]*" href="([^"]+)">Use what you typed</a>', page)
    discard = re.search(r'action="(/drafts/\d+/discard)"', page)
    assert use is not None
    assert discard is not None
    return html.unescape(use[1]), discard[1]


def value_of(page: str, name: str) -> str:
    area = re.search(rf'<textarea[^>]* name="{name}"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    box = re.search(rf'<input(?=[^>]* name="{name}")[^>]* value="([^"]*)"', page)
    found = area or box
    assert found is not None
    return html.unescape(found[1]).lstrip("\r\n")


def form_of(page: str, draft: str) -> dict[str, str]:
    """The hidden fields of the form that has that draft."""
    form = next(each for each in page.split("<form ") if f'name="draft" value="{draft}"' in each)
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form)
    return {name: html.unescape(value) for name, value in hidden}


def test_what_was_typed_is_offered_used_and_gone_when_it_is_sent(
    app: Flask, world: World, ana: Client
) -> None:
    assert "didn’t finish" not in ana.get(NEW).text
    assert save(ana, world.people["ana"], "evidence.create", TYPED) == 200
    page = ana.get(f"{NEW}?statement={world.statements['technical'][0]}").text
    assert value_of(page, "title") == ""
    use, _discard = offer(page)
    page = ana.get(use).text
    assert "This is what you typed on" in page
    assert {name: value_of(page, name) for name, _text in TYPED} == dict(TYPED)
    assert "<b>of text" not in page
    sent = form_of(page, "evidence.create")
    refused = ana.post("/evidence", {**sent, "title": ""})
    assert refused.status_code == 422
    assert kept(app, world) == {"evidence.create": TYPED}
    again = form_of(refused.text, "evidence.create")
    assert ana.post("/evidence", {**again, "title": "Ran the desk"}).status_code == 303
    assert kept(app, world) == {}
    assert "didn’t finish" not in ana.get(NEW).text


def test_ticked_statements_come_back_with_their_reasons(world: World, ana: Client) -> None:
    first, second = world.statements["technical"][:2]
    fields = (("title", "One"), ("statement", str(second)), (f"reason-{second}", "Because."))
    save(ana, world.people["ana"], "evidence.create", fields)
    use, _discard = offer(ana.get(NEW).text)
    page = ana.get(use).text
    assert re.search(rf'id="pick-{second}"[^>]* checked', page)
    assert not re.search(rf'id="pick-{first}"[^>]* checked', page)
    assert value_of(page, f"reason-{second}") == "Because."


def test_a_draft_is_discarded_and_the_page_is_where_it_was(
    app: Flask, world: World, ana: Client
) -> None:
    save(ana, world.people["ana"], "evidence.create", TYPED)
    page = ana.get(NEW).text
    _use, discard = offer(page)
    told = ana.post(discard, {"next": NEW})
    assert (told.status_code, told.location) == (303, NEW)
    assert kept(app, world) == {}
    assert ana.post(discard, {"next": "https://elsewhere.example/"}).status_code == 404


def test_nobody_else_sees_saves_lists_or_discards_it(
    app: Flask, world: World, ana: Client, sign_in: SignIn
) -> None:
    """Her supervisor, her coordinator and the administrator no more than anybody."""
    with app.app_context():
        mine = piece(world, title="One")
    save(ana, world.people["ana"], f"evidence.update {mine}", (("text", "canary-7"),))
    save(ana, world.people["ana"], "evidence.create", (("text", "canary-7"),))
    _use, discard = offer(ana.get(NEW).text)
    draft_id = discard.split("/")[2]
    for name in ("sue", "cora", "adam", "ben"):
        other = sign_in(world.email(name))
        assert save(other, world.people["ana"], "evidence.create", (("text", "theirs"),)) == 409
        assert other.post(discard).status_code == 404
        for page in ("/account", "/evidence", f"{NEW}?draft={draft_id}"):
            assert "canary-7" not in other.get(page).text
        assert kept(app, world, name) == {}
    assert set(kept(app, world)) == {f"evidence.update {mine}", "evidence.create"}
    assert "canary-7" in ana.get(f"{NEW}?draft={draft_id}").text


def test_ones_drafts_are_listed(world: World, ana: Client) -> None:
    assert "You have no drafts." in ana.get("/account").text
    save(ana, world.people["ana"], "evidence.create", TYPED)
    page = ana.get("/account").text
    assert "New evidence" in page
    assert "You have no drafts." not in page


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"draft": "accounts.sign_in_now", "fields": [["email", "a"]]},
        {"draft": "accounts.change_password", "fields": [["new", "a"]]},
        {"draft": "assessment.save 3", "fields": [["own_note", "a"]]},
        {"draft": "evidence.create", "fields": None},
        {"draft": "evidence.create", "fields": {"text": "a"}},
        {"draft": "evidence.create", "fields": [["text"]]},
        {"draft": "evidence.create", "fields": [["text", 1]]},
        {"draft": "evidence.create", "fields": [["text", "\0"]]},
        {"draft": "evidence.create", "fields": [["text", "a", "b"]]},
        {"draft": f"evidence.create {'9' * 201}", "fields": [["text", "a"]]},
        {"draft": "evidence.create", "fields": [["text", "x" * 100_001]]},
        {"draft": ["evidence.create"], "fields": [["text", "a"]]},
    ],
)
def test_what_no_page_sends_is_refused(
    app: Flask, world: World, ana: Client, body: dict[str, Any]
) -> None:
    told = ana.post_json("/drafts", {**body, "person_id": world.people["ana"]})
    assert told.status_code == 422
    assert kept(app, world) == {}


def test_forms_of_a_page_each_have_their_own(app: Flask, world: World, ana: Client) -> None:
    with app.app_context():
        review_id = send(world, YES, PART)
        first, second = item_ids(review_id)
        for item_id in (first, second):
            ask(actor(world, "sue"), item_id, "Which days?", 1, world.now)
    save(ana, world.people["ana"], f"reviews.reply {second}", (("text", "Tuesdays."),))
    page = ana.get(f"/reviews/{review_id}").text
    use, _discard = offer(page)
    assert page.count("Use what you typed") == 1
    page = ana.get(use).text
    texts = re.findall(r'<textarea[^>]* id="reply-(\d+)"[^>]*>([^<]*)</textarea>', page)
    assert dict(texts) == {str(first): "", str(second): "Tuesdays."}
    sent = form_of(page, f"reviews.reply {second}")
    assert ana.post(f"/review-items/{second}/reply", {**sent, "text": "Tuesdays."}).location
    assert kept(app, world) == {}


def test_a_reviewers_note_waits_at_the_card_and_goes_with_the_answer(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    sue = sign_in(world.email("sue"))
    with app.app_context():
        review_id = send(world, YES, PART)
        first, _second = item_ids(review_id)
    save(sue, world.people["sue"], f"reviews.answer {first}", (("note", "Ask about Mondays"),))
    where = sue.get(f"/reviews/{review_id}").location
    screen = sue.get(where).text
    assert value_of(screen, f"note-{first}") == "Ask about Mondays"
    assert value_of(screen, f"shown_note-{first}") == "Ask about Mondays"
    use, _discard = offer(sue.get(f"/review-items/{first}").text)
    assert value_of(sue.get(use).text, "note") == "Ask about Mondays"
    body = {"answer": "partly", "ground": "saw_it", "note": "Seen", "base_version": 1}
    body |= {"person_id": world.people["sue"], "screen": "level"}
    assert sue.post_json(f"/review-items/{first}/said", body).status_code == 200
    assert kept(app, world, "sue") == {}
    assert value_of(sue.get(where).text, f"note-{first}") == "Seen"


def test_sending_asks_first_where_something_typed_would_not_go_along(
    app: Flask, world: World, ana: Client
) -> None:
    first, second, third = world.statements["communication"][:3]
    with app.app_context():
        mine = piece(world, title="One", reasons={third: ""})
    for statement_id in (first, second, third):
        ana.post(f"/statements/{statement_id}/rating", {"answer": "partly"})
    save(ana, world.people["ana"], "evidence.create", (("title", "x"), ("statement", str(first))))
    save(ana, world.people["ana"], f"evidence.update {mine}", (("text", "more"),))
    chosen = [str(each) for each in (first, second, third)]
    sent = {"reviewer": f"{world.people['sue']}-{world.teams['central']}", "statements": chosen}
    asked = ana.post("/reviews", sent)
    assert asked.status_code == 409
    links = re.findall(r'<li><a href="/statements/(\d+)">', asked.text)
    assert [int(link) for link in links] == [first, third]
    assert ana.get("/reviews").text.count("Waiting") == 0
    back = ana.post("/reviews", {**sent, "back": "1"})
    assert back.status_code == 200
    ticked = re.findall(r'name="statements" id="s-\d+" value="(\d+)" checked', back.text)
    assert ticked == chosen
    assert ana.post("/reviews", {**sent, "without_drafts": "1"}).status_code == 303
    assert set(kept(app, world)) == {"evidence.create", f"evidence.update {mine}"}


@pytest.mark.parametrize(
    "stored", ["", "not JSON", "{}", '[["title"]]', '[["title", 1]]', "[1]", "[" * 50_000]
)
def test_a_draft_that_cannot_be_read_is_skipped_and_named(
    app: Flask, world: World, ana: Client, stored: str
) -> None:
    first = world.statements["communication"][0]
    ana.post(f"/statements/{first}/rating", {"answer": "partly"})
    save(ana, world.people["ana"], "evidence.create", TYPED)
    save(ana, world.people["ana"], "reviews.reply 7", TYPED)
    with app.app_context(), transaction() as tx:
        tx.execute(update(Draft).where(Draft.form == "evidence.create").values(fields=stored))
    with app.test_request_context():
        told = words_of(record_of(world.people["ana"]))["drafts"]
    assert {str(form): texts for form, texts in told} == {
        "A reply to your reviewer": [value for _name, value in TYPED],
        "New evidence": [stored],
    }
    page = ana.get(offer(ana.get(NEW).text)[0]).text
    assert value_of(page, "title") == ""
    assert "can’t be read anymore. Discard it, and type it again." in page
    assert "This is what you typed" not in page
    sent = {"reviewer": f"{world.people['sue']}-{world.teams['central']}", "statements": str(first)}
    answer = ana.post("/reviews", sent, follow_redirects=True)
    assert answer.status_code == 200
    said = " ".join(html.unescape(answer.text).split())
    assert "The draft “New evidence”, saved" in said
    assert "can’t be read, so it was left out." in said


def test_where_nothing_typed_is_left_sending_asks_nothing(world: World, ana: Client) -> None:
    """The partner: a draft at another statement is no reason to ask."""
    first, second = world.statements["communication"][:2]
    ana.post(f"/statements/{first}/rating", {"answer": "partly"})
    ana.post(f"/statements/{second}/rating", {"own_note": "waits"})
    sent = {
        "reviewer": f"{world.people['sue']}-{world.teams['central']}",
        "statements": [str(first)],
    }
    assert ana.post("/reviews", sent).status_code == 303
