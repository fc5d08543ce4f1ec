"""Answering in a batch: several levels on a screen, one statement across people, and only what was
ticked."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.client import Client
from tests.conftest import Queries
from tests.factories.answers import ReviewerAnswer
from tests.factories.evidence import piece
from tests.factories.people import join
from tests.factories.ratings import rate
from tests.factories.reviews import send as send_now
from tests.factories.sending import NO, PART, YES, actor, answer, ask, item_ids, items, send
from tests.factories.world import World
from tests.reading import words
from tracker.accounts.account import actions as account
from tracker.db import session, transaction
from tracker.models import Framework, Look, Team
from tracker.record.workflow.rules import ItemStatus
from tracker.reviews.handovers import actions as handovers
from tracker.reviews.review import actions as reviews
from tracker.rules.drafts import RESPONSE
from tracker.rules.roles import Role

SignIn = Callable[[str], Client]
SAYS_PART, SAYS_NO = ReviewerAnswer.PARTLY, ReviewerAnswer.NOT_YET


class BatchForm(HTMLParser):
    """What a browser would send of the screen as it is: its form's fields."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._text: str | None = None
        self.feed(page.partition("data-batch>")[2].partition("</form>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        name = found.get("name", "")
        if tag == "textarea":
            self._text, self.fields[name] = name, ""
        elif tag == "input" and (found["type"] == "hidden" or "checked" in found):
            self.fields[name] = found["value"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._text = None

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self.fields[self._text] += data


def fields(page: str) -> dict[str, str]:
    found = BatchForm(page).fields
    assert found.pop("csrf_token")
    assert found.pop("form_key")
    return found


def screen(review_id: int, number: int = 1) -> str:
    return f"/reviews/{review_id}/screen/{number}"


def by_statement(world: World, number: int = 0) -> str:
    return f"/reviews/by-statement/{world.statements['communication'][number]}"


def statuses(app: Flask, review_id: int) -> list[str]:
    with app.app_context():
        return [item.status for item in items(review_id)]


@pytest.fixture
def review_id(app: Flask, world: World) -> int:
    """Ana's, of three levels: two, three and three statements, on one screen."""
    with app.app_context():
        piece(
            world,
            title="Drop-in",
            text="41 visits since May",
            reasons={world.statements["communication"][0]: "why"},
        )
        return send(world, *[YES, PART] * 4)


@pytest.fixture
def long_review_id(app: Flask, world: World) -> int:
    """Ana's of two domains, eighteen statements: on two screens."""
    both = world.statements["communication"] + world.statements["leadership"]
    with app.app_context():
        for statement_id in both:
            rate(world, "ana", statement_id, YES)
        return reviews.send(actor(world, "ana"), world.people["sue"], both, world.now)


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
            reviews.drop(actor(world, "ana"), first, world.now)
        assert f'id="s-{first}"' not in sue.get(screen(long_review_id)).text
        again = sue.get(screen(long_review_id, 2)).text
        assert re.findall(r'id="s-(\d+)"', again) == re.findall(r'id="s-(\d+)"', second)

    def test_a_screen_that_the_review_does_not_have_is_no_page(
        self, sue: Client, review_id: int
    ) -> None:
        assert sue.get(screen(review_id, 2)).status_code == 404
        assert sue.post(screen(review_id, 2), {}).status_code == 404
        assert sue.get(screen(review_id, 0)).status_code == 404

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
            reviews.reveal(actor(world, "sue"), review_id, world.now)
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
                reviews.reveal(actor(world, "sue"), review_id, world.now)
            elif end == "withdrawn":
                reviews.withdraw(actor(world, "ana"), review_id, world.now)
            else:
                handovers.hand_on(
                    actor(world, "sue"), review_id, world.people["hugo"], "Away", world.now
                )
        sent |= {
            f"answer-{second}": "partly",
            f"ground-{second}": "saw_it",
            f"note-{second}": "Two <b>\r\n\r\nparts",
        }
        for act in ("save", "later", "ticked"):
            page = sue.post(screen(review_id), sent | {"act": act})
            assert page.status_code == 409
            text = words(page.text)
            assert "Somebody was here before you" in text
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
            reviews.withdraw(actor(world, "ana"), review_id, world.now)
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
            account.save_draft(actor(world, "sue"), RESPONSE, str(first), typed, world.now)
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
            (
                {"tick": "1", "bar_answer": "brilliantly", "bar_ground": "saw_it"},
                "Choose an answer, or Return to ask a question.",
            ),
            (
                {"tick": "1", "bar_answer": "partly", "bar_ground": "smelt_it"},
                "This isn’t a way to know it that is offered.",
            ),
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


class TestByStatement:
    @pytest.fixture
    def both(self, app: Flask, world: World) -> tuple[int, int]:
        with app.app_context():
            piece(
                world,
                "ben",
                "Signs",
                text="New signs",
                reasons={world.statements["communication"][0]: "why"},
            )
            return send(world, YES, PART), send(world, NO, YES, learner="ben")

    def test_only_what_waits_from_several_is_listed(
        self, app: Flask, world: World, sue: Client, both: tuple[int, int]
    ) -> None:
        with app.app_context():
            send(world, YES, skip=2)
            answer(world, item_ids(both[1])[1], SAYS_NO)
        page = sue.get("/reviews/by-statement").text
        assert re.findall(r"/reviews/by-statement/(\d+)", page) == [
            str(world.statements["communication"][0])
        ]
        assert "Communication 1.1 Emerging · Communication · COM-1-01 2" in words(page)

    def test_each_of_them_is_a_card_in_the_order_of_names(
        self, world: World, sue: Client, both: tuple[int, int]
    ) -> None:
        page = sue.get(by_statement(world)).text
        assert re.findall(r'class="statement-title"[^>]*>\s*<a[^>]*>(\w+)<', page) == ["Ana", "Ben"]
        text = words(page)
        for part in (
            "Communication 1.1: person by person",
            "0 of 2 answered",
            "Signs note, 2 words",
            "Library Assistant, 24 hours a week",
            "in Central since January 2026, 10 months",
            "Rate the work you saw, never health or leave.",
            "If somebody was away",
        ):
            assert part in text

    def test_it_is_answered_for_all_and_leads_to_the_next(
        self, app: Flask, world: World, sue: Client, both: tuple[int, int]
    ) -> None:
        sent = fields(sue.get(by_statement(world)).text)
        with app.app_context():
            of_ana, of_ben = (item_ids(review_id)[0] for review_id in both)
        sent |= {
            f"answer-{of_ana}": "partly",
            f"ground-{of_ana}": "saw_it",
            f"answer-{of_ben}": "cannot_tell",
        }
        saved = sue.post(by_statement(world), sent)
        assert saved.headers["Location"] == by_statement(world, 1)
        assert (statuses(app, both[0]), statuses(app, both[1])) == (
            ["answered", "waiting"],
            ["not_observed", "waiting"],
        )
        later = sue.post(
            by_statement(world, 1), fields(sue.get(by_statement(world, 1)).text) | {"act": "later"}
        )
        assert later.headers["Location"] == "/"

    def test_an_open_review_among_blind_ones_is_labelled_and_alone_shows_the_answer(
        self, app: Flask, world: World, sue: Client
    ) -> None:
        with app.app_context():
            send(world, YES)
            with transaction() as tx:
                tx.execute(update(Team).values(open_reviews=True))
            send(world, PART, YES, learner="ben")
        _, ana, ben = sue.get(by_statement(world)).text.split('<article class="statement')
        assert "Open review" in ben
        assert "Ben’s own answer" in ben
        assert "Open review" not in ana
        assert "own answer" not in ana

    def test_what_was_handed_on_is_with_the_next_reviewer_alone(
        self, app: Flask, world: World, sue: Client, sign_in: SignIn
    ) -> None:
        with app.app_context():
            join(world, "hugo", "central", Role.SUPERVISOR)
            review_id = send(world, YES, PART, NO)
            first, second, third = item_ids(review_id)
            answer(world, first, SAYS_NO)
            answer(world, second, SAYS_NO)
            ask(actor(world, "sue"), third, "CANARY", 1, world.now)
            reviews.reveal(actor(world, "sue"), review_id, world.now)
            going_on = handovers.hand_on(
                actor(world, "sue"), review_id, world.people["hugo"], "Away", world.now
            )
        assert sue.get(screen(review_id)).headers["Location"] == f"/reviews/{review_id}/differences"
        assert sue.get(by_statement(world, 2)).status_code == 404
        hugo = sign_in(world.email("hugo"))
        for path in (screen(going_on), by_statement(world, 2)):
            page = hugo.get(path)
            assert page.status_code == 200
            assert "CANARY" not in page.text

    @pytest.mark.parametrize("name", ["ana", "ben", "hugo", "cora", "adam"])
    def test_nobody_else_has_it(
        self, world: World, sign_in: SignIn, both: tuple[int, int], name: str
    ) -> None:
        client = sign_in(world.email(name))
        assert client.get(by_statement(world)).status_code == 404
        assert "Communication 1.1" not in client.get("/reviews/by-statement").text

    def test_what_was_typed_about_those_who_took_it_back_is_shown(
        self, app: Flask, world: World, sue: Client, sign_in: SignIn, both: tuple[int, int]
    ) -> None:
        sent = fields(sue.get(by_statement(world)).text)
        with app.app_context():
            of_ana, of_ben = (item_ids(review_id)[0] for review_id in both)
            reviews.withdraw(actor(world, "ben"), both[1], world.now)
        for item_id, note in ((of_ana, "Of the first"), (of_ben, "Of the second")):
            sent |= {
                f"answer-{item_id}": "partly",
                f"ground-{item_id}": "saw_it",
                f"note-{item_id}": note,
            }
        page = sue.post(by_statement(world), sent)
        assert page.status_code == 409
        assert "to copy: Of the second" in words(page.text)
        assert fields(page.text)[f"note-{of_ana}"] == "Of the first"
        with app.app_context():
            reviews.withdraw(actor(world, "ana"), both[0], world.now)
        page = sue.post(by_statement(world), sent)
        assert page.status_code == 409
        text = words(page.text)
        assert "Somebody was here before you" in text
        assert "to copy: Of the first Of the second" in text
        assert not {"Ana", "Ben"} & set(text.split())
        assert sign_in(world.email("hugo")).post(by_statement(world), sent).status_code == 404, (
            "never his"
        )

    @pytest.mark.in_ci
    def test_once_withdrawn_it_is_not_there_and_the_rest_can_be_sent_again(
        self, app: Flask, world: World, sue: Client, both: tuple[int, int]
    ) -> None:
        sent = fields(sue.get(by_statement(world)).text)
        with app.app_context():
            of_ana, of_ben = (item_ids(review_id)[0] for review_id in both)
            reviews.withdraw(actor(world, "ben"), both[1], world.now)
        sent |= {
            "act": "ticked",
            "bar_answer": "cannot_tell",
            f"tick-{of_ana}": "1",
            f"tick-{of_ben}": "1",
        }
        page = sue.post(by_statement(world), sent)
        assert page.status_code == 409
        assert "a statement that isn’t with you anymore" in words(page.text)
        assert "Ben" not in words(page.text)
        again = sue.post(
            by_statement(world), fields(page.text) | {"act": "ticked", "bar_answer": "cannot_tell"}
        )
        assert again.status_code == 303
        assert statuses(app, both[0]) == ["not_observed", "waiting"]


class TestSave:
    """One card, as the script sends it."""

    def body(self, world: World, **more: object) -> dict[str, object]:
        return {
            "answer": "partly",
            "ground": "saw_it",
            "note": "",
            "base_version": 1,
            "screen": "review",
            "person_id": world.people["sue"],
            **more,
        }

    def test_it_says_how_far_the_screen_is(
        self, app: Flask, world: World, sue: Client, review_id: int
    ) -> None:
        with app.app_context():
            first, *_rest = item_ids(review_id)
        saved = sue.post_json(f"/review-items/{first}/said", self.body(world))
        assert saved.status_code == 200
        assert saved.json == {
            "version": 2,
            "is_returned": False,
            "rated": 1,
            "left": "about 5 minutes left",
            "page_nav": {"screen-1": 1},
            "turn": 9,
        }
        asked = self.body(world, answer="return", note="Where?", base_version=2, screen="statement")
        found = sue.post_json(f"/review-items/{first}/said", asked).json
        assert found is not None
        assert (found["is_returned"], found["rated"]) == (True, 0)

    def test_a_card_that_is_behind_gets_both_answers(
        self, app: Flask, world: World, sue: Client, review_id: int
    ) -> None:
        with app.app_context():
            first, *_rest = item_ids(review_id)
            answer(world, first, SAYS_NO, note="elsewhere")
        refused = sue.post_json(f"/review-items/{first}/said", self.body(world))
        assert refused.status_code == 409
        assert refused.json is not None
        assert refused.json["current"] == {
            "answer": "not_yet",
            "ground": "saw_it",
            "note": "elsewhere",
            "version": 2,
        }
        assert "Saved meanwhile: Not yet, I saw it, “elsewhere”" in refused.json["error"]

    def test_words_of_a_framework_reach_the_script_as_they_are(
        self, app: Flask, world: World, sue: Client, review_id: int
    ) -> None:
        """A script gets no page, in which marks become elements."""
        with app.app_context():
            with transaction() as tx:
                tx.execute(update(Framework).values(lang="de"))
            first, *_rest = item_ids(review_id)
            answer(world, first, SAYS_NO)
        refused = sue.post_json(f"/review-items/{first}/said", self.body(world)).json
        assert refused is not None
        assert "Saved meanwhile: Not yet, I saw it" in refused["error"]

    @pytest.mark.parametrize(
        ("more", "status", "said"),
        [
            ({"ground": ""}, 422, "Say how you know"),
            ({"answer": ""}, 422, "Choose an answer, or Return to ask a question."),
            ({"answer": "return"}, 422, "Write something here first."),
            ({"ground": "smelt_it"}, 422, "This isn’t a way to know it that is offered."),
            ({"note": "x" * 4001}, 422, "4000 characters"),
            ({"answer": 3}, 422, "not what this page sends"),
            ({"base_version": True}, 422, "not what this page sends"),
            ({"person_id": 99999}, 409, "belongs to somebody who has signed out"),
        ],
    )
    def test_what_is_wrong_is_said(
        self,
        app: Flask,
        world: World,
        sue: Client,
        review_id: int,
        more: dict[str, object],
        status: int,
        said: str,
    ) -> None:
        with app.app_context():
            first, *_rest = item_ids(review_id)
        refused = sue.post_json(f"/review-items/{first}/said", self.body(world, **more))
        assert refused.status_code == status
        assert refused.json is not None
        assert said in refused.json["error"]
        assert statuses(app, review_id)[0] == "waiting"


class TestNextReview:
    def test_the_next_due_is_offered_in_the_queue_and_after_the_check_and_the_reveal(
        self, app: Flask, world: World, sue: Client
    ) -> None:
        with app.app_context():
            of_ana, of_ben = send(world, YES), send(world, YES, learner="ben")
        assert "Next review: Ana 1 statement left" in words(sue.get("/reviews").text)
        with app.app_context():
            answer(world, item_ids(of_ana)[0], SAYS_PART)
        assert "Next review: Ben" in words(sue.get("/reviews").text)
        assert "Next review: Ben" in words(sue.get(f"/reviews/{of_ana}/check").text)
        with app.app_context():
            reviews.reveal(actor(world, "sue"), of_ana, world.now)
        assert "Next review: Ben" in words(sue.get(f"/reviews/{of_ana}/differences").text)
        with app.app_context():
            answer(world, item_ids(of_ben)[0], SAYS_PART)
        for path in ("/reviews", f"/reviews/{of_ana}/differences", f"/reviews/{of_ben}/check"):
            assert "Next review" not in sue.get(path).text

    def test_the_learner_is_not_offered_one(
        self, app: Flask, world: World, sign_in: SignIn
    ) -> None:
        with app.app_context():
            review_id = send(world, YES)
            answer(world, item_ids(review_id)[0], SAYS_PART)
            reviews.reveal(actor(world, "sue"), review_id, world.now)
        ana = sign_in(world.email("ana"))
        assert "Next review" not in ana.get(f"/reviews/{review_id}/differences").text


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
            reviews.withdraw(actor(world, "ana"), review_id, world.now)

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
