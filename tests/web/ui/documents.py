"""Documents to read, and the review whose notes they are."""

import datetime as dt

from tests.factories import sides
from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.evidence import piece
from tests.factories.sides import NO, PART, SURE_NOT, YES, actor, answer, ask, item_ids, send
from tests.factories.world import World
from tracker.reviews.differences import actions as differences_actions
from tracker.reviews.review import actions as review_actions
from tracker.web.ui.pdf import Document


def profile_of(world: World, name: str = "ana") -> str:
    return f"/people/{world.people[name]}/profile.pdf"


def talked(world: World) -> int:
    """A review of five: open, equal, cannot tell, agreed after a talk, and one that came back with
    a question."""
    ids = world.statements["communication"]
    link = "https://example.org/visits"
    piece(
        world,
        title="Drop-in",
        url=link,
        done_on=dt.date(2026, 3, 4),
        reasons={ids[0]: "41 of them"},
    )
    review_id = send(world, YES, PART, NO, PART, SURE_NOT)
    first, second, third, fourth, fifth = item_ids(review_id)
    answer(world, first, ReviewerAnswer.NOT_YET, note="saw it twice")
    answer(world, second, ReviewerAnswer.PARTLY)
    answer(world, third, ReviewerAnswer.CANNOT_TELL)
    answer(world, fourth, ReviewerAnswer.CONSISTENTLY)
    ask(actor(world, "sue"), fifth, "Where was that?", 1, world.now)
    review_actions.reveal(actor(world, "sue"), review_id, world.now)
    day = dt.date(2026, 12, 15)
    differences_actions.add_next_step(
        actor(world, "sue"), first, world.people["ana"], "Shadow Tom", day, world.now
    )
    sides.confirm(actor(world, "sue"), first, EndorsedAnswer.PARTLY, "half of it", world.now)
    for name in ("ana", "sue"):
        sides.confirm(
            actor(world, name), fourth, EndorsedAnswer.CONSISTENTLY, f"{name} agrees", world.now
        )
    return review_id


def a_document(words: str) -> Document:
    """The plainest one."""
    credits_ = {"title": "Sources", "line": "", "notices": []}
    data = {
        "kicker": "",
        "facts": [["Name", words]],
        "lead": [words],
        "parts": [],
        "thanks": [],
        "lists": [],
        "close": "",
        "credits": credits_,
    }
    return Document("differences", "Notes", "City Library", data)
