"""Somebody leaves: what is open with them goes on with somebody else, and they can no longer sign
in."""

import datetime as dt
from collections.abc import Mapping

from tracker.db import transaction
from tracker.models import Library
from tracker.policy.permissions import Actor
from tracker.queries.reviews.leaving import ties
from tracker.records import administration
from tracker.records.accounts import disabling
from tracker.records.reviews import sending, status
from tracker.rules.errors import Conflict, Invalid
from tracker.rules.reviews.texts import clean_text


def leave(
    actor: Actor,
    person_id: int,
    to: Mapping[int, int | None],
    note: str,
    now: dt.datetime,
    *,
    disables: bool = True,
) -> int:
    """Give what is open with them to others, as one, and disable them; `disables` false: only the
    first. `to`: the new reviewer by the team that a review was sent in; without one a coordinator
    reassigns it.

    Returns how many reviews went on. Raises Missing (no administrator); Invalid:
    review_text_needed, review_text_long, review_not_supervisor, successor_needed; Conflict:
    own_account, last_administrator, leaving_changed (a review came in meanwhile).
    """
    chosen = {team_id: to_id for team_id, to_id in to.items() if to_id is not None}
    if not chosen and not disables:
        raise Invalid("successor_needed", *map(field_of, sorted(to)[:1]))
    note = clean_text(note, "note", required=bool(chosen))
    today = actor.today(now)
    with transaction() as tx:
        administration.of_library(tx, actor)
        asked = _open(actor, person_id) if chosen else {}
        reviews = [status.locked(tx, review_id) for review_id in sorted(asked)]
        person = administration.person_of(tx, actor, person_id)
        if chosen and _open(actor, person_id) != asked:
            raise Conflict("leaving_changed")
        days = tx.get_one(Library, actor.library_id).review_days
        went = 0
        for team_id, to_id in chosen.items():
            theirs = [review for review in reviews if asked[review.id] == team_id]
            learners = {review.learner_id for review in theirs}
            eligible = ties.successors(actor, person_id, learners, today)
            if to_id not in {each.person_id for each in eligible}:
                raise Invalid("review_not_supervisor", field_of(team_id))
            for review in theirs:
                due = today, today + dt.timedelta(days)
                sending.hand_on(tx, review, to_id, note, due, actor.person_id, now)
            went += len(theirs)
        if disables:
            disabling.disable(tx, actor, person, now)
        return went


def field_of(team_id: int) -> str:
    """What asks for the new reviewer of a team."""
    return f"reviewer_{team_id}"


def _open(actor: Actor, person_id: int) -> dict[int, int]:
    """Review -> the team that it was sent in."""
    return {each.review_id: each.team_id for each in ties.to_reassign(actor, person_id)}
