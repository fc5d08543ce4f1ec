"""What is true of all reviews, whatever happened: said in SQL, without the program's own tables of
moves."""

from collections.abc import Iterator
from itertools import groupby

from sqlalchemy import Connection, text

from tracker.operations.checks.queries import broken, contents, guards_of

STEPS = {
    "waiting": {"answered", "not_observed", "returned", "handed_on"},
    "answered": {"answered", "not_observed", "returned", "endorsed", "differs", "handed_on"},
    "not_observed": {"answered", "not_observed", "returned", "handed_on"},
    "returned": {"waiting", "dropped", "handed_on"},
    "handed_on": set(),
    "differs": {"differs", "endorsed", "kept_apart"},
    "dropped": set(),
    "endorsed": set(),
    "kept_apart": {"differs"},
}
"""design.md, 4: where an item can go from where it is."""

REVIEW_STEPS = {
    "": {"sent"},
    "sent": {"sent", "in_review", "withdrawn", "closed"},
    "in_review": {"in_review", "differences_open", "closed"},
    "differences_open": {"differences_open", "closed"},
    "closed": set(),
    "withdrawn": set(),
}

NEVER = {
    "two endorsements stand for one statement of one person": """
        SELECT person_id, statement_id FROM endorsements WHERE status = 'standing'
        GROUP BY person_id, statement_id HAVING count(*) > 1""",
    "an item was endorsed twice": (
        "SELECT item_id FROM endorsements GROUP BY item_id HAVING count(*) > 1"
    ),
    "an endorsement is neither of equal answers nor agreed by both": """
        SELECT e.id FROM endorsements e JOIN review_items i ON i.id = e.item_id
        WHERE NOT (i.reviewer_answer = i.learner_answer AND e.answer = i.learner_answer)
        AND NOT (i.reviewer_answer = 'not_their_work' AND i.learner_answer = 'not_my_work' AND e.answer = 'not_my_work')
        AND (SELECT count(*) FROM confirmations c WHERE c.item_id = i.id AND c.answer = e.answer) <> 2""",
    "an endorsement by the learner": "SELECT id FROM endorsements WHERE endorser_id = person_id",
    "an item is revealed in a review that is not": """
        SELECT i.id FROM review_items i JOIN reviews r ON r.id = i.review_id
        WHERE i.revealed_at IS NOT NULL AND r.revealed_at IS NULL""",
    "an item shows its outcome before the reveal": """
        SELECT id FROM review_items WHERE status IN ('endorsed', 'differs', 'kept_apart') AND revealed_at IS NULL""",
    "an item waits although it was revealed": """
        SELECT id FROM review_items WHERE status IN ('waiting', 'answered', 'returned') AND revealed_at IS NOT NULL""",
    "an item is answered without an answer": """
        SELECT id FROM review_items WHERE status IN ('answered', 'not_observed', 'differs', 'endorsed', 'kept_apart')
        AND reviewer_answer IS NULL""",
    "a review is withdrawn after an answer": """
        SELECT i.id FROM review_items i JOIN reviews r ON r.id = i.review_id
        WHERE r.status = 'withdrawn' AND i.reviewer_answer IS NOT NULL""",
    "a choice is left of what differs no more, or of somebody else": """
        SELECT c.id FROM difference_choices c JOIN review_items i ON i.id = c.item_id JOIN reviews r ON r.id = i.review_id
        WHERE i.status <> 'differs' OR c.person_id NOT IN (r.learner_id, r.reviewer_id)""",
    "thanks for a review that is not closed": """
        SELECT t.id FROM thanks t JOIN reviews r ON r.id = t.review_id WHERE r.status <> 'closed'""",
    "somebody confirmed twice": """
        SELECT item_id, person_id FROM confirmations GROUP BY item_id, person_id HAVING count(*) > 1""",
}
"""Queries that find nothing."""

TRAIL = """
    SELECT coalesce(item_id, 0) AS item, review_id, before, after FROM review_moves ORDER BY review_id, item, id"""
NOW_AT = "SELECT id, review_id, status, version FROM review_items"


def faults(connection: Connection) -> list[str]:
    """What is broken, in words; empty when all is well."""
    found = [
        f"{each.code}: {each.what}"
        for each in broken(connection, contents(connection), guards_of(connection))
    ]
    return [*faults_of_statuses(connection), *found]


def faults_of_statuses(connection: Connection) -> list[str]:
    """The quick ones of them."""
    found = [
        name for name, query in NEVER.items() if connection.execute(text(query)).first() is not None
    ]
    return [*found, *_trails(connection)]


def _trails(connection: Connection) -> Iterator[str]:
    """Every change of status has its row, and the rows lead from the first status to the one that
    stands."""
    moves = connection.execute(text(TRAIL)).all()
    trails = {
        key: list(rows) for key, rows in groupby(moves, key=lambda row: (row.review_id, row.item))
    }
    for item in connection.execute(text(NOW_AT)):
        trail = trails.get((item.review_id, item.id), [])
        at = "waiting"
        for move in trail:
            if move.before != at or move.after not in STEPS[at]:
                yield f"item {item.id} went from {at} ({move.before}) to {move.after}"
            at = move.after
        if at != item.status or item.version != len(trail) + 1:
            yield (
                f"item {item.id} is {item.status}, version {item.version}, after {len(trail)} "
                f"moves to {at}"
            )
    for review in connection.execute(text("SELECT id, status FROM reviews")):
        at = ""
        for move in trails.get((review.id, 0), []):
            if move.before != at or move.after not in REVIEW_STEPS[at]:
                yield f"review {review.id} went from {at} ({move.before}) to {move.after}"
            at = move.after
        if at != review.status:
            yield f"review {review.id} is {review.status} after moves to {at}"
