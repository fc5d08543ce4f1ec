"""What a learner and a supervisor are shown of endorsements: what became of them, and what changed
since."""

import datetime as dt
import html
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.client import Client
from tests.conftest import NOW, Queries
from tests.factories import sending as sides
from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.evidence import piece
from tests.factories.ratings import rate
from tests.factories.reviews import endorse
from tests.factories.sending import NO, PART, YES, actor, answer_all, item_ids, send, send_again
from tests.factories.world import World
from tests.reading import words
from tests.record.endorsements.test_queries_digests import behind_the_guards
from tracker.db import session, transaction
from tracker.evidence.erasures import actions as evidence_erasures
from tracker.models import (
    Endorsement,
    Evidence,
    Library,
    Membership,
    Rating,
    Review,
    ReviewItemText,
    ScaleAnswer,
)
from tracker.reviews.endorsements import actions as endorsements
from tracker.reviews.review import actions as reviews
from tracker.rules.core.erasures import ErasureReason

SignIn = Callable[[str], Client]
LATER = NOW + dt.timedelta(minutes=5)


def reviewed(world: World) -> int:
    """Ana's first statement of Communication, with a note and evidence, endorsed as Partly. The
    endorsement's id."""
    statement_id = world.statements["communication"][0]
    piece(world, title="Drop-in log", reasons={statement_id: "I ran it"})
    rate(world, "ana", statement_id, PART)
    with transaction() as tx:
        tx.execute(update(Rating).values(reviewer_note="Every Tuesday"))
    review_id = reviews.send(actor(world, "ana"), world.people["sue"], [statement_id], world.now)
    answer_all(world, review_id, ReviewerAnswer.PARTLY)
    reviews.reveal(actor(world, "sue"), review_id, world.now)
    return session().scalars(select(Endorsement.id)).one()


def own_page(world: World) -> str:
    return f"/statements/{world.statements['communication'][0]}"


def their_page(world: World) -> str:
    return f"/people/{world.people['ana']}{own_page(world)}"


def part(page: str, name: str) -> str:
    """One part of what was reviewed, as it is read."""
    found = re.search(rf'<section class="compare-part">\s*<h4>{name}.*?</section>', page, re.DOTALL)
    assert found is not None, name
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found[0])).split())


def test_nothing_changed_at_first(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        reviewed(world)
        digest = session().scalars(select(Endorsement.digest)).one()
    page = sign_in(world.email("ana")).get(own_page(world)).text
    assert f"begins with {digest[:12]}" in words(page)
    assert (
        "Sue: Partly, Nov 24 on version 1 current · Ask for a second opinion as it was then"
        in words(page)
    )
    assert (
        part(page, "Answer")
        == "Answer unchanged Reviewed Partly, given Nov 24 Now Partly, given Nov 24"
    )
    assert part(page, "Note for the reviewer").startswith(
        "Note for the reviewer unchanged Reviewed Every Tuesday"
    )
    assert part(page, "Evidence").startswith(
        "Evidence unchanged Reviewed Drop-in log, version 1: I ran it Now"
    )
    assert "Small framework, version 1: does what COM-1-01 says" in part(
        page, "Wording of the statement"
    )


def test_what_the_learner_changed_stands_beside_it_in_words(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        reviewed(world)
        piece(world, title="New log", reasons={world.statements["communication"][0]: ""})
        with transaction() as tx:
            tx.execute(
                update(Rating).values(answer="consistently", reviewer_note="Every day", version=2)
            )
    page = sign_in(world.email("ana")).get(own_page(world)).text
    assert "current; you changed your answer or evidence since" in words(page)
    assert (
        part(page, "Answer")
        == "Answer changed Reviewed Partly, given Nov 24 Now Consistently, given Nov 24"
    )
    assert "changed Reviewed Every Tuesday Now Every day" in part(page, "Note for the reviewer")
    assert "New log, version 1 (added since)" in part(page, "Evidence")


@pytest.mark.parametrize("name", ["ana", "sue"])
def test_what_was_reviewed_keeps_the_words_of_then(
    app: Flask, world: World, sign_in: SignIn, name: str
) -> None:
    with app.app_context():
        reviewed(world)
        with transaction() as tx:
            tx.execute(update(ScaleAnswer).values(label="Renamed"))
    client = sign_in(world.email(name))
    page = client.get(own_page(world) if name == "ana" else their_page(world)).text
    assert "Reviewed Partly, given Nov 24" in part(page, "Answer")
    assert "does not fit" not in page


@pytest.mark.in_ci
def test_a_supervisor_sees_of_it_what_was_revealed(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        reviewed(world)
    sue = sign_in(world.email("sue"))
    before = sue.get(their_page(world)).text
    assert "Nothing newer has been revealed." in before
    assert "Every Tuesday" in part(before, "Note for the reviewer")
    with app.app_context():
        piece(world, title="New log", reasons={world.statements["communication"][0]: ""})
        with transaction() as tx:
            tx.execute(update(Rating).values(answer="not_yet", reviewer_note="SEALED", version=2))
        first, second = world.statements["communication"][:2]
        rate(world, "ana", second, YES)
        review_id = reviews.send(
            actor(world, "ana"), world.people["sue"], [first, second], world.now
        )
        answer_all(world, review_id, ReviewerAnswer.CONSISTENTLY, ReviewerAnswer.CONSISTENTLY)

    def bare(page: str) -> str:
        return re.sub(r'name="csrf_token" value="[^"]+"', "", page)

    assert bare(sue.get(their_page(world)).text) == bare(before), (
        "what is sent and sealed leaves no trace"
    )
    with app.app_context():
        reviews.reveal(actor(world, "sue"), review_id, LATER)
    after = sue.get(their_page(world)).text
    assert (
        part(after, "Answer")
        == "Answer changed Reviewed Partly, given Nov 24 Now Not yet, given Nov 24"
    )
    assert "New log, version 1 (added since)" in part(after, "Evidence")
    assert "changed Reviewed Every Tuesday Now SEALED" in part(after, "Note for the reviewer")


def test_another_supervisor_gets_no_note_and_no_evidence_of_it(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        reviewed(world)
        with behind_the_guards() as tx:
            tx.execute(update(ReviewItemText).values(learner_note="FOR-SUE-ALONE"))
        from_harbour(world)
    page = sign_in(world.email("hugo")).get(their_page(world)).text
    assert "FOR-SUE-ALONE" not in page
    assert "Drop-in log" not in page
    assert part(page, "Evidence") == "Evidence Reviewed It went to another reviewer."
    assert "Sue: Partly, Nov 24" in words(page)
    assert "/revoke" not in page


def from_harbour(world: World) -> None:
    """Ana learns in Harbour too, where Hugo supervises."""
    with transaction() as tx:
        tx.add(
            Membership(
                person_id=world.people["ana"],
                team_id=world.teams["harbour"],
                role="learner",
                role_profile_id=world.role_profiles["city"],
                starts_on=NOW.date(),
            )
        )


class TestRevoke:
    @pytest.mark.in_ci
    def test_with_a_reason_that_the_learner_reads(
        self, app: Flask, world: World, sign_in: SignIn
    ) -> None:
        with app.app_context():
            endorsement_id = reviewed(world)
        ana, sue = sign_in(world.email("ana")), sign_in(world.email("sue"))
        explained = sue.get(f"/people/{world.people['ana']}/profile/communication").text
        assert f'href="{their_page(world)}"' in explained
        ask = f"/endorsements/{endorsement_id}/revoke"
        assert f'href="{ask}"' in sue.get(their_page(world)).text
        with app.app_context():
            review_id = session().scalars(select(Review.id)).one()
        agenda = f"/reviews/{review_id}/differences"
        assert f'href="{ask}"' in sue.get(agenda).text
        assert ask not in ana.get(agenda).text
        assert f'action="{ask}"' in sue.get(ask).text
        assert sue.post(ask, {"reason": " "}).status_code == 422
        long = "It was another Ana. " * 300
        kept = sue.post(ask, {"reason": long})
        assert kept.status_code == 422
        assert long.strip() in html.unescape(kept.text)
        done = sue.post(ask, {"reason": "Another Ana"}, follow_redirects=True)
        assert "revoked Nov 24 Reason: Another Ana" in words(done.text)
        assert ask not in done.text
        assert "revoked Nov 24 Reason: Another Ana" in words(ana.get(agenda).text)
        seen = sue.get(their_page(world)).text
        assert "revoked · Nov 24 Reason: Another Ana" in words(seen)
        assert ask not in seen
        assert "Sue revoked the reviewed rating of “Communication 1.1”" in words(ana.get("/").text)
        assert "revoked · Nov 24 Reason: Another Ana" in words(ana.get(own_page(world)).text)
        profile = ana.get("/profile").text
        assert '<th class="bar-voice" scope="row">You' in profile
        assert '<th class="bar-voice" scope="row">Reviewed' not in profile, "nothing is, anymore"
        again = sue.post(ask, {"reason": "Once more"})
        assert again.status_code == 422
        assert "isn’t current anymore" in again.text
        assert "Once more</textarea>" in again.text
        assert "nothing to revoke" in sue.get(ask).text

    def test_it_is_told_of_for_a_fortnight(self, app: Flask, world: World, sign_in: SignIn) -> None:
        with app.app_context():
            endorsements.revoke(
                actor(world, "sue"), reviewed(world), "x", NOW - dt.timedelta(days=15)
            )
        assert "revoked the reviewed rating" not in sign_in(world.email("ana")).get("/").text


class TestExpire:
    @pytest.mark.in_ci
    def test_a_reminder_and_what_comes_after(
        self, app: Flask, world: World, sign_in: SignIn
    ) -> None:
        first, second, third = world.statements["communication"][:3]
        with app.app_context():
            with transaction() as tx:
                tx.execute(update(Library).values(endorsement_months=12))
            for statement_id, days in ((first, 340), (second, 350), (third, 100)):
                rate(world, "ana", statement_id, YES)
                endorse(
                    world,
                    "ana",
                    "sue",
                    statement_id,
                    EndorsedAnswer.CONSISTENTLY,
                    NOW - dt.timedelta(days=days),
                )
        ana = sign_in(world.email("ana"))
        today = words(ana.get("/").text)
        assert "2 reviewed ratings expire by Dec 19" in today
        assert ticked(ana.get("/reviews/new?expiring=1").text) == {first, second}
        with app.app_context():
            assert endorsements.expire_due(NOW + dt.timedelta(days=20)) == 1
        today = words(ana.get("/").text)
        assert "1 reviewed rating expires by Dec 19" in today
        assert "1 reviewed rating has expired" in today
        assert ticked(ana.get("/reviews/new?expiring=1").text) == {first, second}
        assert "expired · Dec 14" in words(ana.get(f"/statements/{second}").text)

    def test_what_is_with_a_reviewer_is_not_asked_for(
        self, app: Flask, world: World, sign_in: SignIn
    ) -> None:
        with app.app_context():
            with transaction() as tx:
                tx.execute(update(Library).values(endorsement_months=12))
            send(world, YES)
            endorse(
                world,
                "ana",
                "sue",
                world.statements["communication"][0],
                EndorsedAnswer.CONSISTENTLY,
                NOW - dt.timedelta(days=350),
            )
        assert "expire" not in words(sign_in(world.email("ana")).get("/").text)

    @pytest.mark.parametrize(
        ("typed", "status"), [("", 303), ("24", 303), ("0", 422), ("121", 422), ("x", 422)]
    )
    def test_the_setting(
        self, app: Flask, world: World, sign_in: SignIn, typed: str, status: int
    ) -> None:
        adam = sign_in(world.email("adam"))
        form = {
            "name": "City Library",
            "time_zone": "UTC",
            "region": "US",
            "paper": "letter",
            "review_days": "14",
            "differences_days": "14",
            "endorsement_months": typed,
        }
        assert adam.post("/admin/library", form).status_code == status
        with app.app_context():
            kept = session().get_one(Library, world.libraries["city"]).endorsement_months
        assert kept == (24 if typed == "24" else None)


def ticked(page: str) -> set[int]:
    boxes = re.findall(r'<input[^>]*name="statements"[^>]*>', page)
    return {int(re.findall(r'value="(\d+)"', box)[0]) for box in boxes if " checked" in box}


@pytest.mark.in_ci
def test_an_older_one_was_replaced_and_a_newer_one_suspended(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        reviewed(world)
        review_id = send_again(world, YES)
        answer_all(world, review_id, ReviewerAnswer.CONSISTENTLY)
        reviews.reveal(actor(world, "sue"), review_id, LATER)
        review_id = send_again(world, NO)
        answer_all(world, review_id, ReviewerAnswer.PARTLY)
        reviews.reveal(actor(world, "sue"), review_id, LATER)
        sides.keep_apart(actor(world, "ana"), item_ids(review_id)[0], LATER)
    for name, page in (("ana", own_page(world)), ("sue", their_page(world))):
        said = words(sign_in(world.email(name)).get(page).text)
        assert (
            "Sue: Consistently, Nov 24 on version 1 suspended: no agreement later · Nov 24" in said
        )
        assert "Sue: Partly, Nov 24 on version 1 replaced by a newer one · Nov 24" in said


@pytest.mark.parametrize("name", ["ana", "sue"])
def test_what_does_not_fit_is_shown_so(
    app: Flask, world: World, sign_in: SignIn, name: str, tmp_path: Path
) -> None:
    client = sign_in(world.email(name))
    page = own_page(world) if name == "ana" else their_page(world)
    with app.app_context():
        reviewed(world)
    assert "does not fit" not in client.get(page).text
    with app.app_context(), behind_the_guards() as tx:
        tx.execute(update(ReviewItemText).values(learner_note="Every Wednesday"))
    assert "The newest reviewed rating doesn’t match what was reviewed" in client.get(page).text
    with app.app_context():
        evidence_id = session().scalars(select(Evidence.id)).one()
        session().rollback()
        evidence_erasures.erase(
            actor(world, "ana"), evidence_id, ErasureReason.PRIVATE, tmp_path, now=world.now
        )
    erased = client.get(page).text
    assert "erased by its owner since" in erased
    assert "It was erased." in part(erased, "Note for the reviewer")


def test_no_such_statement(world: World, sign_in: SignIn) -> None:
    sue = sign_in(world.email("sue"))
    assert sue.get(f"/people/{world.people['ana']}/statements/2147483647").status_code == 404
    assert "has not revealed an answer" in sue.get(their_page(world)).text


@pytest.mark.in_ci
def test_the_command_finds_what_does_not_fit(app: Flask, world: World) -> None:
    runner = app.test_cli_runner()
    with app.app_context():
        endorsement_id = reviewed(world)
    whole = runner.invoke(args=["reviews", "check"])
    assert (whole.exit_code, "Match what was reviewed: 1." in whole.output) == (0, True)
    with app.app_context(), behind_the_guards() as tx:
        tx.execute(update(ReviewItemText).values(learner_note="Every Wednesday"))
    found = runner.invoke(args=["reviews", "check"])
    assert found.exit_code == 1
    assert f"Reviewed rating {endorsement_id} does not match what was reviewed." in found.output
    assert "Expired: 0." in runner.invoke(args=["work", "--daily"]).output


@pytest.mark.in_ci
def test_no_page_costs_more_statements_for_more_endorsements(
    app: Flask, world: World, sign_in: SignIn, count_sql: Queries
) -> None:
    with app.app_context():
        reviewed(world)
    asked = [
        (sign_in(world.email("ana")), own_page(world)),
        (sign_in(world.email("sue")), their_page(world)),
    ]

    def counts() -> list[int]:
        found = []
        for client, page in asked:
            client.get(page)
            count_sql.clear()
            assert client.get(page).status_code == 200
            found.append(len(count_sql))
        return found

    before = counts()
    with app.app_context():
        for number in range(3):
            piece(world, title=f"Log {number}", reasons={world.statements["communication"][0]: ""})
            review_id = send_again(world, PART)
            answer_all(world, review_id, ReviewerAnswer.PARTLY)
            reviews.reveal(actor(world, "sue"), review_id, NOW - dt.timedelta(hours=number))
    assert counts() == before
