"""A move of a review that somebody else made impossible: what was not done, how it stands now, and what was typed."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.queries import reviews as queues
from tracker.rules.errors import Conflict
from tracker.web import errors, reviewing, session
from tracker.web import review_pages as pages
from tracker.web.wording import told

TYPED = ("text", "reason", "note")
"""The fields of these forms in which somebody writes."""


def page(refusal: Conflict) -> ResponseReturnValue:
    """409. Each side sees what it may see of the other's, as on every page of the review."""
    values = request.view_args or {}
    item_id = values.get("item_id")
    review_id = values.get("review_id") or (item_id and queues.review_of(item_id))
    if review_id is None or errors.wants_json():
        return errors.refused(refusal)
    frame = pages.frame_of(review_id)
    is_learner = frame.learner_id == session.actor().person_id
    items = told(queues.for_learner(review_id) if is_learner else queues.for_reviewer(review_id), frame.lang)
    if is_learner:
        is_shown = any(item.revealed for item in items)
        href = url_for("reviews.differences" if is_shown else "reviews.show", review_id=review_id)
    else:
        href = reviewing.reviewer_href(frame, items) or url_for("reviews.index")
    return render_template(
        "reviews/overtaken.html", frame=frame, said=errors.say(refusal), href=href, is_learner=is_learner,
        item=next((item for item in items if item.id == item_id), None), statuses=reviewing.ITEM_STATUS,
        review_statuses=reviewing.REVIEW_STATUS,
        typed=[text for name in TYPED if (text := request.form.get(name, "").strip())],
    ), 409  # fmt: skip
