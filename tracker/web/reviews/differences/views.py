"""What the two do about their differences: choose, confirm, take back, undo."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.reviews import item_details
from tracker.queries.reviews import items as review_items
from tracker.rules.errors import Conflict, Invalid, Refusal
from tracker.rules.frameworks.scale import counterpart
from tracker.rules.reviews.differences import Choice, ChoiceKind
from tracker.rules.roles import Permission
from tracker.services.reviews import differences
from tracker.services.reviews.differences import Confirmed
from tracker.web.http import errors, session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message
from tracker.web.http.input_checks import LONG_FORM
from tracker.web.reviews import conflict_page, pages
from tracker.web.reviews.differences.forms import SentDifferences, coded, from_form
from tracker.web.reviews.differences.pages import differences_page

bp = Blueprint("differences", __name__)


@bp.errorhandler(Conflict)
def overtaken(refusal: Conflict) -> ResponseReturnValue:
    return conflict_page.page(refusal)


@bp.post("/reviews/<id:review_id>/differences")
@door(Permission.REVIEW_READ, subjects.review, takes=LONG_FORM)
def choose(review: Subject) -> ResponseReturnValue:
    sent = from_form(request.form)
    if sent.person_id not in (None, session.actor().person_id):
        raise Conflict("another_person")
    try:
        said = _done(review, sent)
    except (Invalid, Conflict) as refusal:
        if refusal.code in ("differences_over", "move_not_now") or errors.wants_json():
            raise
        return differences_page(review, sent=sent, refusal=refusal), _status(refusal)
    if sent.act == "keep":
        return "", 204
    flash_message(said)
    return redirect(url_for("reviews.differences", review_id=review.id), 303)


@bp.post("/review-items/<id:item_id>/take-back")
@door(Permission.REVIEW_READ, subjects.review_item)
def take_back(item: Subject) -> ResponseReturnValue:
    differences.take_back(session.actor(), item.id, session.now())
    flash_message(_("Withdrawn. Your choice is still here, and only you see it."))
    return redirect(pages.at(item), 303)


@bp.post("/review-items/<id:item_id>/undo-no-agreement")
@door(Permission.REVIEW_READ, subjects.review_item)
def undo_keep_apart(item: Subject) -> ResponseReturnValue:
    differences.undo_keep_apart(session.actor(), item.id, session.now())
    flash_message(_("Undone. The difference is open again."))
    return redirect(pages.at(item), 303)


def _done(review: Subject, sent: SentDifferences) -> str:
    """Do what the button says, and tell it."""
    actor, now = session.actor(), session.now()
    choices = sent.choices()
    if sent.act == "confirm":
        if not choices:
            raise Invalid("difference_nothing")
        return _told(review, differences.confirm_all(actor, review.id, choices, now))
    cleared, left = [], 0
    if sent.act == "clear":
        cleared = [row.item_id for row in sent.ticked()]
        choices = [choice for choice in choices if choice.item_id not in cleared]
    elif sent.act not in ("save", "keep"):
        ticked = {choice.item_id: choice for choice in _ticked(review, sent)}
        left = len(sent.ticked()) - len(ticked)
        choices = [*(each for each in choices if each.item_id not in ticked), *ticked.values()]
    differences.choose(actor, review.id, choices, cleared, now)
    said = str(_("Saved. Only you see your choices until you confirm them."))
    if left:
        said += " " + ngettext(
            "%(num)d was left as it is: “Not sure” can’t be agreed on.",
            "%(num)d were left as they are: “Not sure” can’t be agreed on.",
            left,
        )
    return said


def _ticked(review: Subject, sent: SentDifferences) -> list[Choice]:
    """What the bar says of every ticked row, but for those where the side that it names was not
    sure. Raises Conflict("answers_refused"): that is all of them."""
    words = pages.words_of(pages.header_of(review.id))
    sides = _sides(review, sent.act) if sent.act in ("mine", "theirs") else {}
    found, refused = list[Choice](), dict[int, Refusal]()
    for row in sent.ticked():
        value = sent.act
        if sides:
            answer = sides.get(row.item_id, "")
            if answer not in words.steps.endorsable:
                refused[row.item_id] = Invalid("difference_unsure", "choice")
                continue
            value = coded(ChoiceKind.AGREE, answer)
        found.append(row.of(value, sent.reason))
    if not found:
        raise Conflict("answers_refused", rows=refused)
    return found


def _sides(review: Subject, act: str) -> dict[int, str]:
    """By item the answer of the side that the bar names; of the other side what they would agree
    on, once they have confirmed it."""
    is_learner = pages.is_learner(review)
    read = review_items.for_learner if is_learner else review_items.for_reviewer
    sides = {}
    for item in read(review.id):
        own, theirs = item.own or "", counterpart(item.theirs or "") or ""
        sides[item.id] = own if (act == "mine") is is_learner else theirs
    if act == "theirs":
        for item_id, confirmed in item_details.confirmations(review.id).items():
            for person_id, side in confirmed.items():
                if person_id != session.actor().person_id and side.answer is not None:
                    sides[item_id] = side.answer
    return sides


def _told(review: Subject, done: Confirmed) -> str:
    header = pages.header_of(review.id)
    name = header.reviewer_first if pages.is_learner(review) else header.learner_first
    parts = [
        (
            done.agreed,
            ngettext(
                "You both agreed on %(num)d, so it is reviewed.",
                "You both agreed on %(num)d, so they are reviewed.",
                done.agreed,
            ),
        ),
        (
            done.waiting,
            ngettext(
                "%(num)d is waiting for %(name)s.",
                "%(num)d are waiting for %(name)s.",
                done.waiting,
                name=name,
            ),
        ),
        (
            done.apart,
            ngettext(
                "%(num)d ended with no agreement: both ratings stay on record, and neither counts.",
                "%(num)d ended with no agreement: both ratings stay on record, and neither counts.",
                done.apart,
            ),
        ),
    ]
    return " ".join([str(_("Confirmed.")), *(str(words) for count, words in parts if count)])


def _status(refusal: Refusal) -> int:
    """Only what the other side did meanwhile is a conflict; what is missing is not."""
    rows = errors.refused_rows(refusal).values() or [refusal]
    return 409 if any(isinstance(each, Conflict) for each in rows) else 422
