"""A form does its work once: pressed twice, tried again, at the same moment, after the server
stopped."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.client import Client
from tests.doors import DOORS
from tests.doors.valid_forms import SENDS, WITHOUT_A_KEY, Send
from tests.factories.sides import YES, item_ids, send
from tests.factories.world import World
from tests.storage.snapshots import rows
from tests.web.http.test_hostile_input import Reader
from tests.web.keys import SignIn, a_key, copied, counted, jot, ready
from tracker.administration.library.actions import set_operator
from tracker.cli.background.work import work
from tracker.db import db, session
from tracker.evidence.pieces import actions as pieces_actions
from tracker.models import Correction, Evidence, Submission, TrainingAction
from tracker.rules.core.mail import mail_server
from tracker.services import idempotency as idempotency_services

WORKS_AGAIN = {"given_links.make_code"}
"""Its answer, a code that is stored nowhere, can be given only once: pressing again makes another
and ends this one."""


@pytest.fixture(autouse=True)
def _mail_to_the_log(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, "tracker_mail", mail_server("console:", ""))


def taking_forms() -> set[str]:
    return {door.endpoint for door in DOORS if door.method == "POST"}


def test_every_door_that_takes_a_form_is_tried_twice() -> None:
    """A new one needs a row in tests/doors/valid_forms.py: what somebody sends there that does the
    work."""
    assert taking_forms() == {each.endpoint for each in SENDS} | WITHOUT_A_KEY.keys()


@pytest.mark.reads_at_length
@pytest.mark.parametrize("each", SENDS, ids=lambda each: each.endpoint)
def test_sent_twice_it_is_done_once(app: Flask, world: World, sign_in: SignIn, each: Send) -> None:
    client, url, data = ready(app, world, sign_in, each)
    key, before = a_key(), rows(app)
    first = client.post(url, {**copied(data), "form_key": key})
    assert first.status_code < 400, first.text
    done = rows(app)
    assert done != before
    again = client.post(url, {**copied(data), "form_key": key})
    if each.endpoint in WORKS_AGAIN:
        assert again.status_code == 200
        return
    assert rows(app) == done
    if each.endpoint == "accounts.change_password":
        assert again.status_code == 400  # the page is of the sign-in that ended
    elif first.status_code == 303:
        assert (again.status_code, again.location) == (303, first.location)


DOUBLED = {"admin_mail.test", "evidence.jot", "evidence.create", "reviews.next_step"}


@pytest.mark.parametrize(
    "each", [each for each in SENDS if each.endpoint in DOUBLED], ids=lambda each: each.endpoint
)
def test_without_a_key_it_would_be_done_twice(
    app: Flask, world: World, sign_in: SignIn, each: Send
) -> None:
    """The partner: what is compared above does show work that is done twice."""
    client, url, data = ready(app, world, sign_in, each)
    client.post(url, copied(data))
    done = rows(app)
    client.post(url, copied(data))
    assert rows(app) != done


def test_every_form_of_a_page_has_a_key_of_its_own(ana: Client) -> None:
    keys = re.findall(r'name="form_key" value="([\w-]{22,})"', ana.get("/account").text)
    keys += re.findall(r'name="form_key" value="([\w-]{22,})"', ana.get("/account").text)
    assert len(keys) == len(set(keys)) > 2


def test_the_message_is_told_again(app: Flask, world: World, ana: Client) -> None:
    key, told = a_key(), "Your supervisor sees now that you are ready."
    for _time in range(2):
        response = ana.post(
            "/profile/ready", {"ready": "yes", "form_key": key}, follow_redirects=True
        )
        assert response.text.count(f"<p>{told}</p>") == 1
        assert "Undo" in response.text


def test_a_refused_form_keeps_its_key(app: Flask, ana: Client) -> None:
    key = a_key()
    assert jot(ana, key, "").status_code == 422
    assert jot(ana, key).status_code == 303
    assert counted(app, Evidence) == 1


def test_what_is_refused_after_it_was_kept_gives_the_key_back(
    app: Flask, world: World, ana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the time of a difference was over: something is kept, and what was asked for is
    refused."""
    real = pieces_actions.jot

    def late(*given: Any) -> None:
        real(*given)
        raise pieces_actions.Invalid("evidence_jot_empty", "line")

    key = a_key()
    with monkeypatch.context() as patch:
        patch.setattr(pieces_actions, "jot", late)
        assert jot(ana, key).status_code == 422
    assert counted(app, Submission) == 0
    assert jot(ana, key).status_code == 303


def test_somebody_elses_key_is_nothing_to_them(
    app: Flask, world: World, ana: Client, sign_in: SignIn
) -> None:
    key, ben = a_key(), sign_in(world.email("ben"))
    for client, line in ((ana, "Trained two pages"), (ben, "Mended a reader")):
        assert jot(client, key, line).status_code == 303
    assert counted(app, Evidence) == 2


@pytest.mark.parametrize(
    "key", ["short", "x" * 65, "a key with spaces in it, long", "ключ-ключ-ключ-ключ-ключ"]
)
def test_what_is_no_key_is_none(app: Flask, ana: Client, key: str) -> None:
    assert jot(ana, key).status_code == jot(ana, key).status_code == 303
    assert (counted(app, Evidence), counted(app, Submission)) == (2, 0)


def test_an_answer_that_was_never_given(
    app: Flask, world: World, ana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server stopped between the work and the answer."""

    def stopped(*_given: object) -> None:
        raise KeyboardInterrupt

    key = a_key()
    with monkeypatch.context() as patch:
        patch.setattr(idempotency_services, "keep_answer", stopped)
        with pytest.raises(KeyboardInterrupt):
            jot(ana, key)
    monkeypatch.setattr("tracker.web.http.idempotency.LOOKS", 1)
    again = jot(ana, key)
    assert (again.status_code, again.location) == (303, "/")
    assert "dealt with already" in ana.get("/").text
    assert counted(app, Evidence) == 1


def test_stopped_before_the_work_was_kept(
    app: Flask, ana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = a_key()
    with monkeypatch.context() as patch:
        patch.setattr("sqlalchemy.orm.Session.commit", lambda _self: 1 // 0)
        assert jot(ana, key).status_code == 500
    assert (counted(app, Evidence), counted(app, Submission)) == (0, 0)
    assert jot(ana, key).status_code == 303
    assert counted(app, Evidence) == 1


def at_once(app: Flask, *posts: Callable[[], TestResponse]) -> list[TestResponse]:
    barrier = Barrier(len(posts))

    def run(post: Callable[[], TestResponse]) -> TestResponse:
        barrier.wait()
        return post()

    with ThreadPoolExecutor(len(posts)) as pool:
        return list(pool.map(run, posts))


def tabs(app: Flask, email: str, number: int) -> list[Client]:
    """Clients of one browser."""
    first = Client(app)
    first.sign_in(email)
    first.get("/account")
    found = [first]
    for _more in range(number - 1):
        other = Client(app)
        other.http._cookies = dict(first.http._cookies or {})
        other.token = first.token
        found.append(other)
    return found


AT_ONCE = (
    "evidence.jot",
    "reviews.next_step",
    "reviews.reply",
    "reviews.reveal",
    "reviews.send",
    "reviews.withdraw",
    "admin_memberships.create",
    "admin_people.disable",
    "frameworks.correct",
)


@pytest.mark.parametrize("endpoint", AT_ONCE)
def test_pressed_twice_at_the_same_moment(
    app: Flask, world: World, sign_in: SignIn, endpoint: str
) -> None:
    """Both are told the same, and it is done once."""
    each = next(each for each in SENDS if each.endpoint == endpoint)
    _client, url, data = ready(app, world, sign_in, each)
    clients = tabs(app, world.email(each.who or "ana"), 3)
    key, before = a_key(), rows(app)
    answers = at_once(
        app,
        *(lambda client=client: client.post(url, {**data, "form_key": key}) for client in clients),
    )  # type: ignore[misc]
    assert {(answer.status_code, answer.location) for answer in answers} == {
        (303, answers[0].location)
    }
    assert counted(app, Submission) == 1
    done = rows(app)
    assert done != before
    for name in ("evidence", "reviews", "training_actions", "review_messages", "corrections"):
        assert len(done[name]) - len(before[name]) <= 1


def test_a_suggestion_from_nobody_is_kept_once(
    app: Flask, world: World, client: Client, sign_in: SignIn
) -> None:
    """Also when the first one was closed meanwhile: the same words alone would be a new one
    then."""
    key, page = a_key(), "/frameworks/small/"
    client.get(page)
    data = {"text": "A word is wrong.", "form_key": key}
    assert client.post(f"{page}corrections", data).status_code == 303
    with app.app_context():
        number = session().scalars(select(Correction.id)).one()
        set_operator(world.email("adam"), True, world.now)
    sign_in(world.email("adam")).post(f"/admin/corrections/{number}/close", {"outcome": ""})
    assert client.post(f"{page}corrections", data).status_code == 303
    assert counted(app, Correction) == 1
    client.post(f"{page}corrections", {"text": "A word is wrong."})
    assert counted(app, Correction) == 2


@pytest.mark.in_ci
def test_the_daily_command_forgets_what_no_page_can_hold_any_more(
    app: Flask, world: World, ana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    jot(ana, a_key())
    run = app.test_cli_runner()
    assert "Forms forgotten: 0." in run.invoke(work, ["--daily"]).output
    monkeypatch.setitem(app.config, "SESSION_MAX_DAYS", -1)
    assert "Forms forgotten: 1." in run.invoke(work, ["--daily"]).output
    assert counted(app, Submission) == 0


def forms_with_keys(client: Client, url: str) -> Iterator[str]:
    for form in Reader(client.get(url).text).forms:
        if form.method == "post" and "form_key" in dict(form.fields):
            yield form.action


def test_a_rating_needs_no_key(app: Flask, world: World, ana: Client) -> None:
    """Its page has forty of them. It carries the version that it goes onto, and the same again
    changes nothing."""
    assert not [
        action
        for action in forms_with_keys(ana, "/assess/small/durable/communication")
        if "rating" in action
    ]
    url = f"/statements/{world.statements['communication'][0]}/rating"
    for body in ({"answer": "partly", "base_version": 0}, {"answer": "not_yet", "base_version": 1}):
        first = ana.post_json(url, body)
        done = rows(app)
        again = ana.post_json(url, body)
        assert (again.status_code, again.json["version"]) == (200, first.json["version"])  # type: ignore[index]
        assert rows(app) == done
    old = ana.post_json(url, {"answer": "partly", "base_version": 0})
    assert old.status_code == 409
    assert rows(app) == done


def test_an_answer_by_script_needs_no_key(app: Flask, world: World, sign_in: SignIn) -> None:
    """As a rating: onto the version that the page showed, and the same again changes nothing."""
    with app.app_context():
        (item_id,) = item_ids(send(world, YES))
        db.session.rollback()
    sue = sign_in(world.email("sue"))
    body = {
        "answer": "partly",
        "ground": "saw_it",
        "note": "",
        "base_version": 1,
        "screen": "level",
    }
    assert sue.post_json(f"/review-items/{item_id}/said", body).status_code == 200
    done = rows(app)
    assert sue.post_json(f"/review-items/{item_id}/said", body).status_code == 200
    assert (
        sue.post_json(f"/review-items/{item_id}/said", {**body, "answer": "not_yet"}).status_code
        == 409
    )
    assert rows(app) == done


@pytest.mark.in_ci
def test_looking_writes_no_key(app: Flask, world: World, ana: Client, sign_in: SignIn) -> None:
    """What is noted after a page was made is not the work of its form."""
    with app.app_context():
        send(world, YES)
    key, sue = a_key(), sign_in(world.email("sue"))
    sue.get("/reviews")
    assert sue.post("/account/name", {"name": "", "form_key": key}).status_code == 422
    assert counted(app, Submission) == counted(app, TrainingAction) == 0
