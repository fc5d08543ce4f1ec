"""Agreed exceptions to a level: proposed, confirmed and withdrawn on the page of differences."""

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.rules.roles import Permission
from tracker.services.reviews import exceptions
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message
from tracker.web.http.form_actions import accepted, pressed
from tracker.web.reviews import pages
from tracker.web.reviews.differences.pages import differences_page
from tracker.web.reviews.endorsements import exception_labels
from tracker.web.reviews.endorsements.exception_forms import ExceptionForm

bp = Blueprint("exceptions", __name__)
T = TypeVar("T")


@bp.post("/review-items/<id:item_id>/exception")
@door(Permission.REVIEW_READ, subjects.review_item)
def propose(item: Subject) -> ResponseReturnValue:
    return _reasoned(
        item,
        lambda reason: exceptions.propose(session.actor(), item.id, reason, session.now()),
        lambda _id: _("Suggested. The statement is left out once the other of you agrees."),
    )


@bp.post("/review-items/<id:item_id>/exception/<id:exception_id>/confirm")
@door(Permission.REVIEW_READ, subjects.review_item)
def confirm(item: Subject, exception_id: int) -> ResponseReturnValue:
    return pressed(
        lambda: exceptions.confirm(session.actor(), item.id, exception_id, session.now()),
        _("You both agreed: the statement doesn’t apply here."),
        pages.at(item),
    )


@bp.post("/review-items/<id:item_id>/exception/<id:exception_id>/withdraw")
@door(Permission.REVIEW_READ, subjects.review_item)
def withdraw(item: Subject, exception_id: int) -> ResponseReturnValue:
    return _reasoned(
        item,
        lambda reason: exceptions.withdraw(
            session.actor(), item.id, exception_id, reason, session.now()
        ),
        lambda what: str(exception_labels.TAKEN_BACK[what]),
    )


def _reasoned(
    item: Subject, act: Callable[[str], T], done: Callable[[T], str]
) -> ResponseReturnValue:
    """`done`: what is told of what the act returned."""
    form = ExceptionForm()
    if came := accepted(form, lambda: act(form.reason.data or "")):
        flash_message(done(came[0]))
        return redirect(pages.at(item), 303)
    return differences_page(item, exception=pages.TypedForm(item.id, form)), 422
