"""The notes of a meeting about differences, as a PDF."""

import re

import pytest
from flask import Flask
from sqlalchemy import text, update

from tests import pdf
from tests.client import Client
from tests.factories.answers import ReviewerAnswer
from tests.factories.frameworks import grow
from tests.factories.ratings import rate
from tests.factories.sides import NO, PART, YES, actor, answer, item_ids, send
from tests.factories.world import World
from tests.record.endorsements.test_queries_digests import behind_the_guards
from tests.web.ui.documents import profile_of, talked
from tracker.db import transaction
from tracker.frameworks.versions.rules import Ground
from tracker.models import Library, Statement
from tracker.reviews.review import actions as review_actions, pages_screens as review_pages_screens
from tracker.rules.regions import Paper


def test_the_meeting_notes(app: Flask, world: World, ana: Client, sue: Client) -> None:
    with app.app_context():
        url = f"/reviews/{talked(world)}/differences"
    of_both = [pdf.words(client.get(f"{url}.pdf")) for client in (ana, sue)]
    assert "Made for Ana, as learner" in of_both[0]
    assert "Made for Sue, as supervisor" in of_both[1]
    for words in of_both:
        for said in (
            "Review \u00b7 Small framework, version 1",
            "Learner Ana Supervisor Sue Team Central \u00b7 City Library Status Differences open",
            "Sent on Nov 24, 2026 Revealed on Nov 24, 2026",
            (
                "Ana and Sue rated these statements without seeing the other\u2019s answer. 1 of 3 "
                "were the same at once"
            ),
            "1 difference is open. 1 statement of this review is not revealed yet.",
            "1. Communication 1.1 COM-1-01, Emerging Does what COM-1-01 says",
            "Ana: Consistently Sue: Not yet (I saw it) saw it twice",
            "Evidence: Drop-in (link, done Mar 4, 2026)",
            "Why it counts here: 41 of them",
            "Sue would agree on Partly: half of it Next step: Shadow Tom",
            "Shadow Tom Ana \u00b7 by Dec 15, 2026",
            "2. Communication 2.2 COM-2-02, Developing",
            "Reviewed: Consistently. You both agreed. Ana: ana agrees Sue: sue agrees",
            "COM-1-02 Communication 1.2: Partly",
            "Haven’t seen it Sue had no chance to see these.",
            "COM-2-01 Communication 2.1: Not yet",
            "After Dec 8, 2026 what is still open ends with no agreement.",
        ):
            assert said in words, f"{said} is not in {words}"
        assert words.count("Consistently Not yet another no agreement") == 1, (
            "boxes to tick where it is open, and only there"
        )
        for sealed in ("Not sure", "COM-2-03", "Where was that?"):
            assert sealed not in words
    assert "https://example.org/visits" in pdf.metadata(ana.get(f"{url}.pdf")).values()


def test_the_notes_go_by_domain_as_the_page_does(
    app: Flask, world: World, ana: Client, sue: Client
) -> None:
    """However far apart the two answers are."""
    sent = [
        world.statements[domain][at] for at in (0, 1) for domain in ("communication", "technical")
    ]
    with app.app_context():
        for statement_id, own in zip(sent, (PART, PART, YES, YES), strict=True):
            rate(world, "ana", statement_id, own)
        review_id = review_actions.send(actor(world, "ana"), world.people["sue"], sent, world.now)
        for item_id in item_ids(review_id):
            answer(world, item_id, ReviewerAnswer.NOT_YET)
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
    page = sue.get(f"/reviews/{review_id}/differences").text
    notes = pdf.words(sue.get(f"/reviews/{review_id}/differences.pdf"))
    for told in (page, notes):
        titles = dict.fromkeys(re.findall(r"(?:Communication|Technical) 1\.[12]", told))
        assert [*titles] == [
            "Technical 1.1",
            "Technical 1.2",
            "Communication 1.1",
            "Communication 1.2",
        ]


@pytest.mark.in_ci
def test_what_one_side_sealed_again_is_not_in_the_notes(
    app: Flask, world: World, ana: Client, sue: Client
) -> None:
    """After the first reveal the returned statement goes on: whatever is said, both files keep
    every byte."""
    with app.app_context():
        review_id = talked(world)
        fifth = item_ids(review_id)[4]
        review_actions.reply(actor(world, "ana"), fifth, "On Mondays.", world.now)
    url = f"/reviews/{review_id}/differences.pdf"
    before = ana.get(url).data, sue.get(url).data
    with app.app_context():
        answer(world, fifth, ReviewerAnswer.NOT_YET, note="sealed words")
        rate(world, "ana", world.statements["communication"][6], YES)
    assert (ana.get(url).data, sue.get(url).data) == before
    with app.app_context():
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
    assert "sealed words" in pdf.words(ana.get(url))
    assert "Sue, Nov 24, 2026 Where was that?" in pdf.words(sue.get(url))


def test_there_are_no_notes_before_the_reveal(
    app: Flask, world: World, ana: Client, sue: Client
) -> None:
    with app.app_context():
        review_id = send(world, YES, NO)
    for client in (ana, sue):
        response = client.get(f"/reviews/{review_id}/differences.pdf")
        assert (response.status_code, response.headers["Location"]) == (
            302,
            f"/reviews/{review_id}",
        )


@pytest.mark.in_ci
def test_notes_for_oneself_are_in_no_document(
    app: Flask, world: World, ana: Client, sue: Client
) -> None:
    with app.app_context():
        review_id = talked(world)
        with transaction() as tx:
            tx.execute(
                text(
                    "UPDATE ratings SET own_note = 'for myself alone', reviewer_note = 'held back'"
                )
            )
    for client in (ana, sue):
        for url in (profile_of(world), f"/reviews/{review_id}/differences.pdf"):
            words = pdf.words(client.get(url))
            assert "for myself alone" not in words
            assert "held back" not in words


@pytest.mark.in_ci
@pytest.mark.parametrize("paper", Paper)
def test_the_notes_of_twenty_differences_are_two_pages(
    app: Flask, world: World, sue: Client, monkeypatch: pytest.MonkeyPatch, paper: Paper
) -> None:
    """Statements of 150 letters, a note at every second, and eight that match."""
    with app.app_context(), transaction() as tx:
        tx.get_one(Library, world.libraries["city"]).paper = paper
    with app.app_context():
        grow(world, "communication", 28)
        with behind_the_guards() as tx:
            tx.execute(update(Statement).values(text="does thirty letters at a time, " * 5))
        review_id = send(world, *[YES] * 28)
        for at, item_id in enumerate(item_ids(review_id)):
            note = "You planned two class visits with the teachers on your own in October."
            said = ReviewerAnswer.NOT_YET if at < 20 else ReviewerAnswer.CONSISTENTLY
            answer(world, item_id, said, note=note if at % 2 else "")
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
    notes = f"/reviews/{review_id}/differences.pdf"
    assert len(pdf.reader(sue.get(notes)).pages) == 2
    monkeypatch.setattr(review_pages_screens, "GROUNDS", dict.fromkeys(Ground, "word " * 60))
    assert len(pdf.reader(sue.get(notes)).pages) > 2, "longer rows are found"
