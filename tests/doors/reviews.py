from collections.abc import Callable

from sqlalchemy import select

from tests.doors.door import Door
from tests.factories import sides
from tests.factories.answers import ReviewerAnswer
from tests.factories.sides import NO, YES, actor, answer_all, ask, item_ids, send
from tests.factories.world import World
from tracker.db import session
from tracker.models import Review, ReviewItem, TrainingAction
from tracker.reviews.differences import actions as differences_actions
from tracker.reviews.review import actions as review_actions

NOTHING_TICKED = {"act": "ticked"}


def one(world: World) -> None:
    """Ana's only review, at Sue's, waiting."""
    send(world, YES, NO)


def returned(world: World) -> None:
    (item_id,) = item_ids(send(world, YES))
    ask(actor(world, "sue"), item_id, "Where?", 1, world.now)


def revealed(world: World) -> None:
    """Everything in it differs."""
    review_id = send(world, YES, NO)
    answer_all(world, review_id, ReviewerAnswer.PARTLY, ReviewerAnswer.PARTLY)
    review_actions.reveal(actor(world, "sue"), review_id, world.now)


def confirmed(world: World) -> None:
    """By the learner, the first of them."""
    revealed(world)
    item_id = int(str(its_item(world)["item_id"]))
    sides.confirm(actor(world, "ana"), item_id, "partly", "", world.now)


def kept_apart(world: World) -> None:
    """By the learner, the first of them."""
    revealed(world)
    sides.keep_apart(actor(world, "ana"), int(str(its_item(world)["item_id"])), world.now)


def ended(world: World) -> None:
    """One the same, one with no agreement."""
    review_id = send(world, YES, NO)
    answer_all(world, review_id, ReviewerAnswer.CONSISTENTLY, ReviewerAnswer.PARTLY)
    review_actions.reveal(actor(world, "sue"), review_id, world.now)
    sides.keep_apart(actor(world, "ana"), item_ids(review_id)[1], world.now)


def thanked(world: World) -> None:
    """By the learner."""
    ended(world)
    review_id = session().scalars(select(Review.id)).one()
    differences_actions.thank(actor(world, "ana"), review_id, "Thank you, Sue.", world.now)


def with_a_step(world: World) -> None:
    revealed(world)
    item_id = session().scalars(select(ReviewItem.id)).first()
    assert item_id is not None
    differences_actions.add_next_step(
        actor(world, "sue"), item_id, world.people["ana"], "Shadow Tom", world.now.date(), world.now
    )


def its_id(world: World) -> dict[str, object]:
    return {"review_id": session().scalars(select(Review.id)).one()}


def its_screen(world: World) -> dict[str, object]:
    return {**its_id(world), "number": 1}


def its_statement(world: World) -> dict[str, object]:
    return {"statement_id": world.statements["communication"][0]}


def its_item(world: World) -> dict[str, object]:
    return {"item_id": session().scalars(select(ReviewItem.id).order_by(ReviewItem.id)).first()}


def its_step(world: World) -> dict[str, object]:
    step = session().scalars(select(TrainingAction)).one()
    return {"item_id": step.item_id, "step_id": step.id}


def row(
    endpoint: str,
    ana: int,
    sue: int,
    arrange: Callable[[World], None] = one,
    method: str = "POST",
    values: Callable[[World], dict[str, object]] = its_item,
    data: dict[str, str] | None = None,
) -> Door:
    """Only the learner and the reviewer may know that it is there; the learner comes first."""
    nobody = 302 if method == "GET" else 401
    return Door(
        endpoint,
        f"{nobody} {ana} 404 {sue} 404 404 404 404 404",
        method,
        values=values,
        arrange=arrange,
        data=data or {},
    )


DOORS = [
    Door("reviews.index", "302 200 200 200 200 200 200 200 200"),
    Door("reviews.new", "302 200 200 200 403 403 403 403 403"),
    Door("reviews.send", "401 422 422 422 403 403 403 403 403", "POST"),
    row("reviews.show", 200, 302, method="GET", values=its_id),
    row("reviews.withdraw", 303, 403, values=its_id),
    row("reviews.one_more_week", 303, 409, values=its_id),
    row("reviews.item", 403, 200, method="GET"),
    row("reviews.answer", 403, 422),
    row("reviews.reply", 422, 403, returned),
    row("reviews.drop", 303, 409, returned),
    row("reviews.check", 403, 200, method="GET", values=its_id),
    row("reviews.reveal", 403, 409, values=its_id),
    row("reviews.differences", 200, 200, revealed, "GET", its_id),
    row("differences.result", 200, 200, ended, "GET", its_id),
    row("differences.thank", 422, 422, ended, values=its_id),
    row("differences.withdraw_thanks", 303, 303, thanked, values=its_id),
    row("reviews.differences_pdf", 200, 200, revealed, "GET", its_id),
    row("batch_review.screen", 403, 200, method="GET", values=its_screen),
    row("batch_review.answer_screen", 403, 422, values=its_screen, data=NOTHING_TICKED),
    row("batch_review.save", 403, 415),
    Door("batch_review.shared", "302 200 200 200 200 200 200 200 200"),
    Door(
        "batch_review.statement",
        "302 404 404 200 404 404 404 404 404",
        values=its_statement,
        arrange=one,
    ),
    Door(
        "batch_review.answer_statement",
        "401 404 404 422 404 404 404 404 404",
        "POST",
        values=its_statement,
        arrange=one,
        data=NOTHING_TICKED,
    ),
    row("differences.choose", 303, 303, revealed, values=its_id),
    row("differences.take_back", 303, 409, confirmed),
    row("differences.undo_keep_apart", 303, 409, kept_apart),
    row("reviews.next_step", 422, 422, revealed),
    row("reviews.step_done", 303, 303, with_a_step, values=its_step),
]
