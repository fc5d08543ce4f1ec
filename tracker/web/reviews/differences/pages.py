"""The page of differences, put together from what its reader may see."""

from collections.abc import Collection

from flask import abort, redirect, url_for

from tracker.policy.permissions import Subject
from tracker.queries.reviews import differences
from tracker.queries.reviews.headers import ReviewHeader
from tracker.rules.errors import Conflict, Refusal
from tracker.rules.reviews.workflow import ItemStatus
from tracker.web.http import access, session
from tracker.web.i18n.content_language import mark_language
from tracker.web.i18n.render import render
from tracker.web.reviews import labels, pages
from tracker.web.reviews.differences.agenda import agenda
from tracker.web.reviews.differences.forms import SentDifferences
from tracker.web.reviews.endorsements import exception_labels
from tracker.web.reviews.forms import StepForm
from tracker.web.reviews.outcome import review_outcome
from tracker.web.reviews.pages import TypedForm
from tracker.web.ui.fields import choices


def differences_page(
    subject: Subject,
    step: TypedForm | None = None,
    exception: TypedForm | None = None,
    sent: SentDifferences | None = None,
    refusal: Refusal | None = None,
    taken: Collection[int] = (),
) -> str:
    """`subject`: the review or one of its items, of which a form may have been refused. While there
    is nothing to see of each other, on to the page of the review."""
    by_learner = pages.is_learner(subject)
    header = pages.header_of(pages.review_of(subject))
    if header.revealed_at is None and (step or exception or sent):
        raise Conflict("move_not_now")
    if pages.is_sealed(header):
        abort(redirect(url_for("reviews.show", review_id=header.id)))
    access.note_opened(header.id)
    found = mark_language(review_outcome(header, by_learner), header.lang)
    me = session.actor().person_id
    is_ended = any(item.status is ItemStatus.KEPT_APART for item in found.items)
    return render(
        "reviews/differences/show.html",
        lang=header.lang,
        **vars(found),
        agenda=agenda(
            found,
            differences.own_side(header.id, me),
            differences.undoable(header.id, me) if is_ended else frozenset(),
            sent,
            refusal,
            taken,
        ),
        ends=found.by_end,
        step=step,
        exception=exception,
        story=exception_labels.story,
        ground_words=labels.GROUNDS,
        how_they_know=labels.HOW_THEY_KNOW,
        result_words=labels.result_words,
        new_step=step_form(header),
        next_review=None if by_learner else pages.next_review(header.id),
    )


def step_form(header: ReviewHeader) -> StepForm:
    form = StepForm()
    people = [(header.learner_id, header.learner), (header.reviewer_id, header.reviewer)]
    form.owner.choices = choices(people)
    return form
