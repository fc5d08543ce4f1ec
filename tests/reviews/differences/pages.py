"""The page of differences, and what it says."""

from tests.factories.answers import Answer, ReviewerAnswer
from tests.factories.sides import actor, answer_all, item_ids, send
from tests.factories.world import World
from tracker.reviews.review import actions as review_actions


def revealed(world: World, *pairs: tuple[Answer, ReviewerAnswer]) -> tuple[str, list[int]]:
    """The address of the page, and the ids of the items."""
    review_id = send(world, *(own for own, _theirs in pairs))
    answer_all(world, review_id, *(theirs for _own, theirs in pairs))
    review_actions.reveal(actor(world, "sue"), review_id, world.now)
    return f"/reviews/{review_id}/differences", item_ids(review_id)


def said(act: str, **fields: str) -> dict[str, str]:
    """`choice_4` names the field of item 4."""
    return {"act": act, **{name.replace("_", "-"): value for name, value in fields.items()}}


def choosing(act: str, choices: dict[int, str], **more: str) -> dict[str, str]:
    return said(act, **more) | {f"choice-{item_id}": value for item_id, value in choices.items()}
