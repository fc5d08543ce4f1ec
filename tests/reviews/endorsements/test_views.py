"""What a learner and a supervisor are shown of endorsements: what became of them, and what changed
since."""

import datetime as dt
import html
import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.conftest import NOW, Queries
from tests.factories import sides
from tests.factories.answers import ReviewerAnswer
from tests.factories.evidence import piece
from tests.factories.ratings import rate
from tests.factories.sides import NO, PART, YES, actor, answer_all, item_ids, send_again
from tests.factories.world import World
from tests.reading import words
from tests.record.endorsements.test_queries_digests import behind_the_guards
from tests.reviews.endorsements.pages import SignIn, own_page, reviewed, their_page
from tracker.db import session, transaction
from tracker.evidence.erasures import actions as erasures_actions
from tracker.models import Endorsement, Evidence, Membership, Rating, ReviewItemText, ScaleAnswer
from tracker.reviews.review import actions as review_actions
from tracker.rules.core.erasures import ErasureReason

LATER = NOW + dt.timedelta(minutes=5)


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
        review_id = review_actions.send(
            actor(world, "ana"), world.people["sue"], [first, second], world.now
        )
        answer_all(world, review_id, ReviewerAnswer.CONSISTENTLY, ReviewerAnswer.CONSISTENTLY)

    def bare(page: str) -> str:
        return re.sub(r'name="csrf_token" value="[^"]+"', "", page)

    assert bare(sue.get(their_page(world)).text) == bare(before), (
        "what is sent and sealed leaves no trace"
    )
    with app.app_context():
        review_actions.reveal(actor(world, "sue"), review_id, LATER)
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


@pytest.mark.in_ci
def test_an_older_one_was_replaced_and_a_newer_one_suspended(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        reviewed(world)
        review_id = send_again(world, YES)
        answer_all(world, review_id, ReviewerAnswer.CONSISTENTLY)
        review_actions.reveal(actor(world, "sue"), review_id, LATER)
        review_id = send_again(world, NO)
        answer_all(world, review_id, ReviewerAnswer.PARTLY)
        review_actions.reveal(actor(world, "sue"), review_id, LATER)
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
        erasures_actions.erase(
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
            review_actions.reveal(actor(world, "sue"), review_id, NOW - dt.timedelta(hours=number))
    assert counts() == before
