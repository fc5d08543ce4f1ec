"""One answer for what was ticked, and stopping before all is answered."""

import pytest
from flask import Flask

from tests.client import Client
from tests.factories.sides import YES, actor, answer, ask, item_ids, items, send
from tests.factories.world import World
from tests.reading import words
from tests.reviews.batch.screens import SAYS_NO, by_statement, fields, screen, statuses
from tracker.accounts.account import actions as account_actions
from tracker.rules.drafts import RESPONSE


class TestStopForNow:
    def test_what_is_whole_is_saved_and_the_rest_is_kept_for_its_reviewer(
        self, app: Flask, world: World, sue: Client, review_id: int
    ) -> None:
        with app.app_context():
            first, second, third, fourth, *_rest = item_ids(review_id)
        sent = fields(sue.get(screen(review_id)).text) | {
            f"answer-{first}": "partly",
            f"ground-{first}": "saw_it",
            f"answer-{second}": "partly",
            f"answer-{third}": "not_yet",
            f"ground-{third}": "was_told",
            f"note-{fourth}": "Ask Tom",
            "act": "later",
        }
        left = sue.post(screen(review_id), sent, follow_redirects=True)
        assert left.status_code == 200
        assert left.request.path == "/"
        assert "You chose answers for 3 more statements" in words(left.text)
        assert statuses(app, review_id)[:4] == ["answered", "waiting", "waiting", "waiting"]
        again = fields(sue.get(screen(review_id)).text)
        kept = {name: again.get(name, "") for name in sent if name in again}
        assert kept[f"answer-{second}"] == "partly"
        assert (kept[f"answer-{third}"], kept[f"ground-{third}"]) == ("not_yet", "was_told")
        assert kept[f"note-{fourth}"] == "Ask Tom"
        again[f"ground-{second}"] = "saw_it"
        assert sue.post(screen(review_id), again).status_code == 303
        assert statuses(app, review_id)[:4] == ["answered", "answered", "waiting", "waiting"]

    def test_what_another_page_saved_is_still_asked_about_and_named(
        self, app: Flask, world: World, sue: Client, review_id: int
    ) -> None:
        sent = fields(sue.get(screen(review_id)).text)
        with app.app_context():
            first, second, *_rest = item_ids(review_id)
            answer(world, first, SAYS_NO)
        refused = sue.post(
            screen(review_id),
            sent
            | {
                f"answer-{first}": "partly",
                f"ground-{first}": "saw_it",
                f"answer-{second}": "partly",
                "act": "later",
            },
        )
        assert refused.status_code == 409
        assert f'<a href="#s-{first}">Ana: ' in refused.text
        assert f'<a href="#s-{second}">' not in refused.text

    def test_a_whole_draft_was_never_sent(
        self, app: Flask, world: World, sue: Client, review_id: int
    ) -> None:
        with app.app_context():
            first, *_rest = item_ids(review_id)
            typed = (("answer", "partly"), ("ground", "saw_it"), ("note", "At the desk"))
            account_actions.save_draft(actor(world, "sue"), RESPONSE, str(first), typed, world.now)
        found = fields(sue.get(screen(review_id)).text)
        assert f"answer-{first}" not in found
        assert found[f"note-{first}"] == "At the desk"


class TestTicked:
    def test_ticks_stand_behind_a_link(
        self, app: Flask, world: World, sue: Client, review_id: int
    ) -> None:
        with app.app_context():
            send(world, YES, learner="ben")
            first, *_rest = item_ids(review_id)
        for path in (screen(review_id), by_statement(world)):
            page = sue.get(path).text
            assert "One answer for what you selected" not in page
            assert "data-tick" not in page.replace("data-tick-button", "")
            assert f'href="{path}?several=1"' in page
            page = sue.get(f"{path}?several=1").text
            assert "One answer for what you selected" in page
            assert f'name="tick-{first}"' in page
            assert f'action="{path}?several=1"' in page

    def test_there_are_more_to_tick_after_an_answer(
        self, app: Flask, sue: Client, review_id: int
    ) -> None:
        with app.app_context():
            first, *_rest = item_ids(review_id)
        sent = fields(sue.get(f"{screen(review_id)}?several=1").text)
        sent |= {"act": "ticked", "bar_answer": "cannot_tell", f"tick-{first}": "1"}
        saved = sue.post(f"{screen(review_id)}?several=1", sent)
        assert saved.headers["Location"] == f"{screen(review_id)}?several=1"

    @pytest.mark.parametrize("ticked", [[0], [1], [0, 1]])
    def test_only_what_was_ticked_is_answered(
        self, app: Flask, world: World, sue: Client, review_id: int, ticked: list[int]
    ) -> None:
        with app.app_context():
            ids = item_ids(review_id)
        sent = fields(sue.get(screen(review_id)).text)
        sent |= {"act": "ticked", "bar_answer": "partly", "bar_ground": "saw_product"}
        sent |= {f"tick-{ids[each]}": "1" for each in ticked}
        assert sue.post(screen(review_id), sent).status_code == 303
        with app.app_context():
            found = items(review_id)
        assert [each.reviewer_answer for each in found] == [
            "partly" if at in ticked else None for at in range(8)
        ]
        assert [each.version for each in found] == [2 if at in ticked else 1 for at in range(8)]

    def test_what_was_typed_beside_it_is_neither_saved_nor_lost(
        self, app: Flask, world: World, sue: Client, review_id: int
    ) -> None:
        with app.app_context():
            first, second, *_rest = item_ids(review_id)
        sent = fields(sue.get(screen(review_id)).text)
        sent |= {
            f"answer-{second}": "not_yet",
            f"ground-{second}": "saw_it",
            f"note-{second}": "typed",
        }
        typed = {
            name: sent[name] for name in (f"answer-{second}", f"ground-{second}", f"note-{second}")
        }
        page = sue.post(
            screen(review_id),
            sent | {"act": "ticked", "bar_answer": "cannot_tell", f"tick-{first}": "1"},
        )
        assert page.status_code == 200
        assert statuses(app, review_id)[:2] == ["not_observed", "waiting"]
        kept = fields(page.text)
        assert {name: kept.get(name) for name in typed} == typed
        assert f"tick-{first}" not in kept
        assert sue.post(screen(review_id), kept).status_code == 303
        assert statuses(app, review_id)[:2] == ["not_observed", "answered"], (
            "the other button saves it"
        )

    def test_a_card_s_own_note_stays_with_it(
        self, app: Flask, world: World, sue: Client, review_id: int
    ) -> None:
        with app.app_context():
            first, *_rest = item_ids(review_id)
        sent = fields(sue.get(screen(review_id)).text) | {f"note-{first}": "Patient, no jargon"}
        sue.post(
            screen(review_id),
            sent
            | {
                "act": "ticked",
                "bar_answer": "partly",
                "bar_ground": "saw_it",
                f"tick-{first}": "1",
            },
        )
        assert fields(sue.get(screen(review_id)).text)[f"note-{first}"] == "Patient, no jargon"

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            (
                {"bar_answer": "partly", "bar_ground": "saw_it"},
                "Select each that this answer is for first.",
            ),
            (
                {"tick": "1", "bar_ground": "saw_it"},
                "Choose the answer for what you selected first.",
            ),
            ({"tick": "1", "bar_answer": "partly"}, "Say how you know"),
        ],
    )
    def test_what_is_missing_is_said_and_the_ticks_are_kept(
        self, app: Flask, world: World, sue: Client, review_id: int, data: dict[str, str], said: str
    ) -> None:
        with app.app_context():
            first, *_rest = item_ids(review_id)
        more = {f"tick-{first}" if name == "tick" else name: value for name, value in data.items()}
        page = sue.post(
            screen(review_id), fields(sue.get(screen(review_id)).text) | more | {"act": "ticked"}
        )
        assert page.status_code == 422
        assert said in words(page.text)
        assert (f"tick-{first}" in fields(page.text)) == ("tick" in data)
        assert statuses(app, review_id) == ["waiting"] * 8

    def test_what_moved_on_is_named_and_nothing_of_the_rest_is_lost(
        self, app: Flask, world: World, sue: Client, review_id: int
    ) -> None:
        with app.app_context():
            first, second, *_rest = item_ids(review_id)
        sent = fields(sue.get(screen(review_id)).text)
        with app.app_context():
            ask(actor(world, "sue"), first, "Where?", 1, world.now)
        sent |= {
            "act": "ticked",
            "bar_answer": "partly",
            "bar_ground": "saw_it",
            f"tick-{first}": "1",
            f"tick-{second}": "1",
        }
        page = sue.post(screen(review_id), sent)
        assert page.status_code == 409
        assert "Ana: Communication 1.1" in words(page.text)
        assert statuses(app, review_id)[:2] == ["returned", "waiting"]
        kept = fields(page.text)
        assert kept[f"tick-{second}"] == "1"
        assert '<option value="partly" selected>' in page.text
        again = sue.post(
            screen(review_id),
            kept | {"act": "ticked", "bar_answer": "partly", "bar_ground": "saw_it"},
        )
        assert again.status_code == 303
        assert statuses(app, review_id)[:2] == ["returned", "answered"]
