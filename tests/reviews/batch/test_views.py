"""Answering in a batch: several levels on a screen, nothing mixed up, and nothing typed lost."""

import re

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.client import Client
from tests.conftest import Queries
from tests.factories.evidence import piece
from tests.factories.people import join
from tests.factories.ratings import rate
from tests.factories.reviews import send as send_now
from tests.factories.sides import PART, YES, actor, answer, ask, hand_on, item_ids, items, send
from tests.factories.world import World
from tests.reading import words
from tests.reviews.batch.screens import SAYS_NO, by_statement, fields, screen, statuses
from tracker.db import session, transaction
from tracker.models import Look, Team
from tracker.record.workflow.rules import ItemStatus
from tracker.reviews.review import actions as review_actions
from tracker.rules.roles import Role


@pytest.fixture
def long_review_id(app: Flask, world: World) -> int:
    """Ana's of two domains, eighteen statements: on two screens."""
    both = world.statements["communication"] + world.statements["leadership"]
    with app.app_context():
        for statement_id in both:
            rate(world, "ana", statement_id, YES)
        return review_actions.send(actor(world, "ana"), world.people["sue"], both, world.now)


class TestScreen:
    def test_it_shows_what_a_fair_judgement_needs(
        self, app: Flask, world: World, sue: Client, review_id: int
    ) -> None:
        page = sue.get(screen(review_id)).text
        text = words(page)
        for part in (
            "Does Ana do this?",
            "0 of 8 answered",
            "about 6 minutes left",
            "Using an accommodation or assistive technology is not “more help.”",
            "Library Assistant, 24 hours a week",
            "in Central since January 2026, 10 months",
            "sent Nov 24, due",
            "Rate the work you saw, never health or leave. You’ll see Ana’s ratings after you finish.",
            "If Ana was away",
            "choose Haven’t seen it",
            "Drop-in note, 4 words",
            "Communication 1.2 Communication, Emerging",
            "Communication 2.1 Communication, Developing",
            "Outside their job",
            "How do you know?",
            "Left on this screen: 8",
            "Next unanswered",
        ):
            assert part in text
        assert "All screens" not in text, "there is one"
        assert re.search(r"<details[^>]*data-evidence>", page), "evidence is folded"
        assert 'data-after="Check all answers"' in page
        with app.app_context():
            assert session().scalars(select(Look.kind)).all() == ["review"]

    def test_without_script_one_submit_saves_the_screen_and_leads_to_the_next(
        self, app: Flask, sue: Client, long_review_id: int
    ) -> None:
        page = sue.get(screen(long_review_id)).text
        assert "<title>Does Ana do this? Screen 1 of 2" in page
        assert 'data-page-nav-count="screen-2" data-total="' in page
        assert 'data-after="Next: screen 2"' in page
        at, shown = sue.get(f"/reviews/{long_review_id}").headers["Location"], []
        for number in (1, 2):
            assert at == screen(long_review_id, number)
            sent = fields(sue.get(at).text)
            within = [int(name[13:]) for name in sent if name.startswith("shown_answer-")]
            assert 8 <= len(within) <= 10
            shown += within
            for item_id in within:
                sent |= {
                    f"answer-{item_id}": "partly",
                    f"ground-{item_id}": "saw_it",
                    f"note-{item_id}": "Seen",
                }
            saved = sue.post(at, sent)
            assert saved.status_code == 303
            at = saved.headers["Location"]
        assert at == f"/reviews/{long_review_id}/check"
        with app.app_context():
            assert sorted(shown) == sorted(item_ids(long_review_id)), "each once"
        assert statuses(app, long_review_id) == ["answered"] * 18

    def test_what_moves_on_shifts_nothing_to_another_screen(
        self, app: Flask, world: World, sue: Client, long_review_id: int
    ) -> None:
        second = sue.get(screen(long_review_id, 2)).text
        with app.app_context():
            first, *_rest = item_ids(long_review_id)
            ask(actor(world, "sue"), first, "Where?", 1, world.now)
            review_actions.drop(actor(world, "ana"), first, world.now)
        assert f'id="s-{first}"' not in sue.get(screen(long_review_id)).text
        again = sue.get(screen(long_review_id, 2)).text
        assert re.findall(r'id="s-(\d+)"', again) == re.findall(r'id="s-(\d+)"', second)

    def test_a_card_says_whether_it_is_done(
        self, app: Flask, world: World, sue: Client, review_id: int
    ) -> None:
        with app.app_context():
            answer(world, item_ids(review_id)[0], SAYS_NO)
        page = sue.get(screen(review_id)).text
        text = words(page)
        assert text.count("✓ Saved") == 1
        assert len(re.findall(r"data-save-state>How do you know\?", page)) == 7

    def test_from_the_evidence_is_a_choice_only_where_some_was_sent(
        self, app: Flask, sue: Client, review_id: int
    ) -> None:
        with app.app_context():
            first, second, *_rest = item_ids(review_id)
        page = sue.get(screen(review_id)).text
        assert f'id="s-{first}-ground-evidence_only"' in page
        assert f'id="s-{second}-ground-evidence_only"' not in page
        assert "evidence was sent" not in words(page), "what is not there is not explained"
        sent = fields(page) | {f"answer-{second}": "partly", f"ground-{second}": "evidence_only"}
        refused = sue.post(screen(review_id), sent)
        assert refused.status_code == 422
        assert "No evidence was sent with this statement." in words(refused.text)

    def test_what_is_missing_is_said_at_its_card_and_all_is_kept(
        self, app: Flask, world: World, sue: Client, review_id: int
    ) -> None:
        with app.app_context():
            first, second, *_rest = item_ids(review_id)
        sent = fields(sue.get(screen(review_id)).text) | {
            f"answer-{first}": "partly",
            f"ground-{first}": "saw_it",
            f"answer-{second}": "not_yet",
            f"note-{second}": "typed",
        }
        page = sue.post(screen(review_id), sent)
        assert page.status_code == 422
        assert "Say how you know" in words(page.text)
        assert statuses(app, review_id)[:2] == ["waiting", "waiting"], "all of it or nothing"
        kept = fields(page.text)
        assert {name: kept.get(name) for name in sent} == sent
        kept[f"ground-{second}"] = "was_told"
        assert sue.post(screen(review_id), kept).status_code == 303
        assert statuses(app, review_id)[:2] == ["answered", "answered"]

    def test_a_question_goes_out_with_its_words(
        self, app: Flask, world: World, sue: Client, review_id: int
    ) -> None:
        with app.app_context():
            first, *_rest = item_ids(review_id)
        sent = fields(sue.get(screen(review_id)).text) | {f"answer-{first}": "return"}
        refused = sue.post(screen(review_id), sent)
        assert refused.status_code == 422
        assert "Write something here first." in words(refused.text)
        assert sue.post(screen(review_id), sent | {f"note-{first}": "Where?"}).status_code == 303
        assert statuses(app, review_id)[0] == "returned"
        page = sue.get(screen(review_id)).text
        assert "Your question is with Ana." in words(page)
        assert f"answer-{first}" not in page

    def test_a_card_left_alone_is_no_wish(
        self, app: Flask, world: World, sue: Client, review_id: int
    ) -> None:
        """The page is behind at the first card, which nobody touched on it."""
        with app.app_context():
            first, second, *_rest = item_ids(review_id)
        sent = fields(sue.get(screen(review_id)).text)
        with app.app_context():
            answer(world, first, SAYS_NO, note="elsewhere")
        sent |= {f"answer-{second}": "partly", f"ground-{second}": "saw_it"}
        assert sue.post(screen(review_id), sent).status_code == 303
        with app.app_context():
            assert [item.reviewer_answer for item in items(review_id)][:2] == ["not_yet", "partly"]

    def test_a_page_that_is_behind_shows_both_answers(
        self, app: Flask, world: World, sue: Client, review_id: int
    ) -> None:
        with app.app_context():
            first, *_rest = item_ids(review_id)
        sent = fields(sue.get(screen(review_id)).text)
        with app.app_context():
            answer(world, first, SAYS_NO, note="elsewhere")
        sent |= {
            f"answer-{first}": "consistently",
            f"ground-{first}": "was_told",
            f"note-{first}": "from here",
        }
        page = sue.post(screen(review_id), sent)
        assert page.status_code == 409
        assert "Saved meanwhile: Not yet, I saw it, “elsewhere”" in words(page.text)
        kept = fields(page.text)
        assert (kept[f"answer-{first}"], kept[f"note-{first}"]) == ("consistently", "from here")
        assert sue.post(screen(review_id), kept).status_code == 303
        with app.app_context():
            assert items(review_id)[0].reviewer_answer == "consistently"

    def test_going_on_later_keeps_what_was_chosen_and_says_so(
        self, app: Flask, world: World, sue: Client, review_id: int
    ) -> None:
        with app.app_context():
            first, *_rest = item_ids(review_id)
        sent = fields(sue.get(screen(review_id)).text)
        sent |= {"act": "later", f"answer-{first}": "cannot_tell"}
        gone = sue.post(screen(review_id), sent)
        assert gone.headers["Location"] == "/"
        assert "Your answers about Ana are saved" in words(sue.get("/").text)
        assert statuses(app, review_id)[0] == "not_observed"

    def test_after_the_reveal_it_leads_on(self, app: Flask, world: World, sue: Client) -> None:
        with app.app_context():
            review_id = send(world, YES)
            answer(world, item_ids(review_id)[0], SAYS_NO)
            review_actions.reveal(actor(world, "sue"), review_id, world.now)
        assert sue.get(screen(review_id)).headers["Location"] == f"/reviews/{review_id}/differences"
        with app.app_context():
            (item_id,) = item_ids(review_id)
        late = sue.post(
            screen(review_id), {f"answer-{item_id}": "cannot_tell", f"base_version-{item_id}": "3"}
        )
        assert late.status_code == 409
        assert f'href="/reviews/{review_id}/differences"' in late.text
        assert statuses(app, review_id) == ["differs"]

    @pytest.mark.parametrize("end", ["revealed", "withdrawn", "handed on"])
    def test_what_was_typed_is_shown_once_it_is_over(
        self, app: Flask, world: World, sue: Client, end: str
    ) -> None:
        with app.app_context():
            join(world, "hugo", "central", Role.SUPERVISOR)
            review_id = send(world, YES, PART)
            first, second = item_ids(review_id)
            if end != "withdrawn":
                answer(world, first, SAYS_NO, note="Stands already")
                answer(world, second, SAYS_NO)
        sent = fields(sue.get(screen(review_id)).text)
        with app.app_context():
            if end == "revealed":
                review_actions.reveal(actor(world, "sue"), review_id, world.now)
            elif end == "withdrawn":
                review_actions.withdraw(actor(world, "ana"), review_id, world.now)
            else:
                hand_on(world, review_id, "hugo")
        sent |= {
            f"answer-{second}": "partly",
            f"ground-{second}": "saw_it",
            f"note-{second}": "Two <b>\r\n\r\nparts",
        }
        for act in ("save", "later", "ticked"):
            page = sue.post(screen(review_id), sent | {"act": act})
            assert page.status_code == 409
            text = words(page.text)
            by_other = "Someone else changed this review" in text
            assert by_other == (end == "withdrawn")
            state = {"revealed": " Difference", "withdrawn": "", "handed on": " Reassigned"}[end]
            assert f"Here it is, to copy: Communication 1.2{state} Two <b> parts" in text
            assert "Stands already" not in text, "it was not typed on this page"
            assert ("Withdrawn" in text) == (end == "withdrawn")

    def test_what_was_typed_to_what_moved_on_is_shown_beside_the_rest(
        self, app: Flask, world: World, sue: Client, review_id: int
    ) -> None:
        with app.app_context():
            first, second, *_rest = item_ids(review_id)
        sent = fields(sue.get(screen(review_id)).text)
        with app.app_context():
            ask(actor(world, "sue"), first, "Where?", 1, world.now)
        sent |= {f"answer-{each}": "partly" for each in (first, second)}
        sent |= {f"ground-{each}": "saw_it" for each in (first, second)}
        page = sue.post(
            screen(review_id), sent | {f"note-{first}": "Of one", f"note-{second}": "Of two"}
        )
        assert page.status_code == 409
        assert "to copy: Of one" in words(page.text)
        assert fields(page.text)[f"note-{second}"] == "Of two"

    def test_a_withdrawn_review_says_so(
        self, app: Flask, world: World, sue: Client, review_id: int
    ) -> None:
        with app.app_context():
            review_actions.withdraw(actor(world, "ana"), review_id, world.now)
        page = sue.get(screen(review_id), follow_redirects=True)
        assert page.status_code == 200
        for part in (
            "This review was withdrawn",
            "Ana withdrew it on Nov 24",
            "Back to the reviews",
        ):
            assert part in words(page.text)
        typed = sue.post(screen(review_id), {"answer-1": "partly"})
        assert typed.status_code == 409, "what was typed is shown"

    def test_an_open_review_is_labelled_and_shows_the_answer(
        self, app: Flask, world: World, sue: Client
    ) -> None:
        with app.app_context():
            with transaction() as tx:
                tx.execute(update(Team).values(open_reviews=True))
            review_id = send(world, PART, YES)
        text = words(sue.get(screen(review_id)).text)
        assert "Open review" in text
        assert "Ana’s own answer, shown because this team reviews in the open: Partly" in text

    def test_somebody_else_s_page_saves_nothing(
        self, app: Flask, world: World, sue: Client, review_id: int
    ) -> None:
        with app.app_context():
            first, *_rest = item_ids(review_id)
        sent = fields(sue.get(screen(review_id)).text) | {
            "person_id": str(world.people["hugo"]),
            f"answer-{first}": "cannot_tell",
        }
        assert sue.post(screen(review_id), sent).status_code == 409
        assert statuses(app, review_id)[0] == "waiting"

    def test_a_screen_that_the_review_does_not_have_is_no_page(
        self, sue: Client, review_id: int
    ) -> None:
        assert sue.get(screen(review_id, 2)).status_code == 404
        assert sue.post(screen(review_id, 2), {}).status_code == 404
        assert sue.get(screen(review_id, 0)).status_code == 404

    @pytest.mark.parametrize(
        "data",
        [
            {"base_version-1": "x"},
            {"answer-9999999999": "partly"},
            {"person_id": "-1"},
            {"act": "all"},
        ],
    )
    def test_what_the_page_does_not_send_is_refused(
        self, app: Flask, world: World, sue: Client, review_id: int, data: dict[str, str]
    ) -> None:
        assert sue.post(screen(review_id), data).status_code in (303, 422)
        assert statuses(app, review_id) == ["waiting"] * 8


@pytest.mark.in_ci
def test_a_screen_costs_the_same_for_one_item_and_for_thirty(
    app: Flask, world: World, sue: Client, count_sql: Queries
) -> None:
    def counts(review_id: int, number: int) -> list[int]:
        found = []
        for path in (screen(review_id), "/reviews/by-statement", by_statement(world, number)):
            assert sue.get(path).status_code == 200
            count_sql.clear()
            sue.get(path)
            found.append(len(count_sql))
        return found

    def withdraw(review_id: int) -> None:
        with app.app_context():
            review_actions.withdraw(actor(world, "ana"), review_id, world.now)

    with app.app_context():
        for person in ("ana", "ben"):
            piece(world, person, reasons=dict.fromkeys(world.statements["communication"], "why"))
        one = send(world, YES)
    few = counts(one, 0)
    withdraw(one)
    with app.app_context():
        nine = send(world, *[YES] * 9, skip=1)
        send(world, *[YES] * 9, skip=1, learner="ben")
    assert counts(nine, 1) == few
    withdraw(nine)
    everything = [each for of_domain in world.statements.values() for each in of_domain]
    with app.app_context():
        thirty = send_now(world, "ana", "sue", dict.fromkeys(everything[-30:], ItemStatus.WAITING))
    assert counts(thirty, 1) == few
    assert max(few) <= 15
