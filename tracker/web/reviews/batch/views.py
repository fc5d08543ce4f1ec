"""Answering in a batch: a review screen by screen, or one statement across people."""

from collections.abc import Callable
from dataclasses import replace

from flask import Blueprint, abort, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.reviews import batches
from tracker.rules.drafts import RESPONSE
from tracker.rules.errors import Conflict, Invalid, Refusal
from tracker.rules.reviews.responses import NewerAnswer
from tracker.rules.roles import Permission
from tracker.services.accounts import drafts
from tracker.services.reviews import answers
from tracker.web.http import errors, session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message
from tracker.web.http.input_checks import FORM, JSON, LONG_FORM, json_object
from tracker.web.i18n.render import render
from tracker.web.reviews import conflict_page, pages
from tracker.web.reviews.batch import cards
from tracker.web.reviews.batch import pages as screens
from tracker.web.reviews.batch.forms import SentScreen, from_form, from_json

bp = Blueprint("batch_review", __name__)


@bp.get("/reviews/<id:review_id>/screen/<id:number>")
@door(Permission.REVIEW_ANSWER, subjects.review)
def screen(review: Subject, number: int) -> ResponseReturnValue:
    return screens.screen_page(review.id, number)


@bp.post("/reviews/<id:review_id>/screen/<id:number>")
@door(Permission.REVIEW_ANSWER, subjects.review, takes=LONG_FORM)
def answer_screen(review: Subject, number: int) -> ResponseReturnValue:
    return _answered(
        screens.items_of_screen(review.id, number),
        page=lambda *sent: screens.screen_page(review.id, number, *sent),
        after=lambda stay: screens.after_screen(review.id, number, stay=stay),
        later=lambda: screens.review_later(review.id),
    )


@bp.post("/review-items/<id:item_id>/said")
@door(Permission.REVIEW_ANSWER, subjects.review_item, takes={**FORM, **JSON})
def save(item: Subject) -> ResponseReturnValue:
    """One card of a screen, for the script."""
    card, person_id, kind = from_json(item.id, json_object())
    _must_be_same(person_id)
    try:
        answers.answer(session.actor(), [card.said()], session.now())
    except Conflict as refused:
        return _refused(item, errors.refused_rows(refused)[item.id])
    return jsonify(screens.saved(item, kind))


@bp.get("/reviews/by-statement")
@door(Permission.SIGNED_IN)
def shared() -> ResponseReturnValue:
    found = batches.shared(session.actor(), session.today())
    return render("reviews/batch/shared.html", shared=found)


@bp.get("/reviews/by-statement/<id:statement_id>")
@door(Permission.SIGNED_IN)
def statement(statement_id: int) -> ResponseReturnValue:
    return screens.statement_page(statement_id)


@bp.post("/reviews/by-statement/<id:statement_id>")
@door(Permission.SIGNED_IN, takes=LONG_FORM)
def answer_statement(statement_id: int) -> ResponseReturnValue:
    ids = {item.id for item in batches.of_statement(session.actor(), statement_id, session.today())}
    if not ids:
        return _nothing_left()
    return _answered(
        ids,
        page=lambda *sent: screens.statement_page(statement_id, *sent),
        after=lambda stay: screens.after_statement(statement_id, stay=stay),
        later=lambda: screens.statement_later(statement_id),
    )


def _answered(
    ids: set[int], page: Callable[..., str], after: Callable[[bool], str], later: Callable[[], str]
) -> ResponseReturnValue:
    """What a screen of those items sent, all of it or nothing. `after`: where to go then; `page`:
    the screen again."""
    sent = from_form(request.form)
    _must_be_same(sent.person_id)
    try:
        changed, begun = _store(sent, ids)
    except (Invalid, Conflict) as refusal:
        try:
            return page(sent, refusal), _status(refusal)
        except Conflict as overtaken:
            return conflict_page.page(overtaken, sent.cards)
    if sent.act == "later":
        flash_message(later())
        if begun:
            flash_message(
                ngettext(
                    "You chose an answer for %(num)d more statement and didn’t say how you know. "
                    "It isn’t saved as an answer yet, but kept for you here.",
                    "You chose answers for %(num)d more statements and didn’t say how you know. "
                    "They aren’t saved as answers yet, but kept for you here.",
                    begun,
                ),
                "info",
            )
        return redirect(url_for("dashboard.index"), 303)
    flash_message(
        ngettext("%(num)d answer is saved.", "%(num)d answers are saved.", changed)
        if changed
        else _("Nothing was changed.")
    )
    if cards.left_alone(sent).cards:
        return page(cards.left_alone(sent))
    return redirect(after(sent.act == "ticked"), 303)


def _store(sent: SentScreen, ids: set[int], begun: int = 0) -> tuple[int, int]:
    """Returns how many answers changed, and how many cards are kept as drafts: of who stops for
    now, those that aren't whole.

    Raises as `cards.wanted` and `answers.answer`.
    """
    actor, now = session.actor(), session.now()
    try:
        return answers.answer(actor, cards.wanted(sent, ids), now), begun
    except Conflict as refusal:
        rows = errors.refused_rows(refusal)
        half = {item_id for item_id, why in rows.items() if isinstance(why, Invalid)}
        if sent.act != "later" or not half:
            raise
    for card in sent.cards:
        if card.item_id in half:
            drafts.save(actor, RESPONSE, str(card.item_id), card.typed, now)
    whole = [card for card in sent.cards if card.item_id not in half]
    return _store(replace(sent, cards=whole), ids, begun + len(half))


def _nothing_left() -> ResponseReturnValue:
    """404 for what was never the actor's; for what was, all that they typed is shown."""
    sent = from_form(request.form)
    if not batches.was_with(session.actor(), [card.item_id for card in sent.touched + sent.ticked]):
        abort(404)
    _must_be_same(sent.person_id)
    return conflict_page.page_of_many(
        Conflict("move_not_now"), sent.cards, url_for("batch_review.shared")
    )


def _must_be_same(person_id: int | None) -> None:
    """Raises Conflict("another_person"): the page was somebody else's."""
    if person_id not in (None, session.actor().person_id):
        raise Conflict("another_person")


def _status(refusal: Refusal) -> int:
    """Only what another page did meanwhile is a conflict; what is missing is not."""
    rows = errors.refused_rows(refusal).values() or [refusal]
    return 409 if any(isinstance(each, Conflict) for each in rows) else 422


def _refused(item: Subject, refusal: Refusal) -> ResponseReturnValue:
    """To the script: what another page saved meanwhile, beside the reason."""
    current = refusal.facts.get("current")
    if not isinstance(current, NewerAnswer):
        raise refusal
    words = pages.words_of(pages.header_of(pages.review_of(item)))
    theirs = {
        "answer": current.answer,
        "ground": current.ground or "",
        "note": current.note,
        "version": current.version,
    }
    said = f"{errors.message_for(refusal)} {cards.saved_meanwhile(current, words)}"
    return jsonify(error=said, code=refusal.code, current=theirs), 409
