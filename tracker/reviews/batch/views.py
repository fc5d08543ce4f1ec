"""Answering in a batch: a review screen by screen, or one statement across people."""

from collections.abc import Mapping
from dataclasses import asdict, replace

from flask import Blueprint, abort, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext

from tracker.accounts.account import actions as account_actions
from tracker.policy.permissions import Subject
from tracker.record.workflow import queries as workflow_queries
from tracker.record.workflow.rules import ItemStatus
from tracker.reviews.batch import pages as batch_pages, queries as batch_queries
from tracker.reviews.batch.forms import CardFields, SentScreen, from_form
from tracker.reviews.batch.pages import ReviewScreen, StatementScreen
from tracker.reviews.review import (
    actions as review_actions,
    pages as review_pages,
    pages_screens as review_pages_screens,
    queries_items as review_queries_items,
)
from tracker.reviews.review.rules import newer_in, response_of
from tracker.rules.drafts import RESPONSE
from tracker.rules.errors import Conflict, Invalid, Refusal
from tracker.rules.roles import Permission
from tracker.web.http import errors, session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message
from tracker.web.http.input_checks import FORM, JSON, LONG_FORM, count_of, json_object, text_of
from tracker.web.i18n.render import render

bp = Blueprint("batch_review", __name__)


@bp.get("/reviews/<id:review_id>/screen/<id:number>")
@door(Permission.REVIEW_ANSWER, workflow_queries.review)
def screen(review: Subject, number: int) -> ResponseReturnValue:
    return ReviewScreen(review.id, number).page()


@bp.post("/reviews/<id:review_id>/screen/<id:number>")
@door(Permission.REVIEW_ANSWER, workflow_queries.review, takes=LONG_FORM)
def answer_screen(review: Subject, number: int) -> ResponseReturnValue:
    screen = ReviewScreen(review.id, number)
    return _answered(screen, screen.ids())


@bp.post("/review-items/<id:item_id>/said")
@door(Permission.REVIEW_ANSWER, workflow_queries.review_item, takes={**FORM, **JSON})
def save(item: Subject) -> ResponseReturnValue:
    """One card of a screen, for the script. Raises Invalid("rating_malformed"): a value of another
    type than the field's."""
    body = json_object()
    answer, ground, note = (text_of(body, name) or "" for name in CardFields._fields)
    version, person_id = count_of(body, "base_version") or 0, count_of(body, "person_id")
    kind = text_of(body, "screen")
    review_pages_screens.must_be_same(person_id)
    response = response_of(item.id, answer, ground, note, version)
    try:
        review_actions.answer(session.actor(), [response], session.now())
    except Conflict as refused:
        return _refused(item, errors.refused_rows(refused)[item.id])
    return jsonify(_saved(item, kind))


@bp.get("/reviews/by-statement")
@door(Permission.SIGNED_IN)
def shared() -> ResponseReturnValue:
    statements = batch_queries.shared(session.actor(), session.today())
    return render("reviews/batch/shared.html", shared=statements)


@bp.get("/reviews/by-statement/<id:statement_id>")
@door(Permission.SIGNED_IN)
def statement(statement_id: int) -> ResponseReturnValue:
    return StatementScreen(statement_id).page()


@bp.post("/reviews/by-statement/<id:statement_id>")
@door(Permission.SIGNED_IN, takes=LONG_FORM)
def answer_statement(statement_id: int) -> ResponseReturnValue:
    screen = StatementScreen(statement_id)
    ids = screen.ids()
    return _answered(screen, ids) if ids else _nothing_left()


def _answered(screen: ReviewScreen | StatementScreen, ids: set[int]) -> ResponseReturnValue:
    """What a screen of those items sent, all of it or nothing."""
    sent = from_form(request.form)
    review_pages_screens.must_be_same(sent.person_id)
    try:
        changed, begun = _store(sent, ids)
    except (Invalid, Conflict) as refusal:
        try:
            return screen.page(sent, refusal), errors.status_of_rows(refusal)
        except Conflict as overtaken:
            return review_pages.conflict_page(overtaken, sent.cards)
    if sent.act == "later":
        flash_message(screen.later())
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
    if batch_pages.left_alone(sent).cards:
        return screen.page(batch_pages.left_alone(sent))
    return redirect(screen.href_after(stay=sent.act == "ticked"), 303)


def _store(sent: SentScreen, ids: set[int], begun: int = 0) -> tuple[int, int]:
    """Returns how many answers changed, and how many cards are kept as drafts: of who stops for
    now, those that aren't whole.

    Raises as `cards.wanted` and `answers.answer`.
    """
    actor, now = session.actor(), session.now()
    try:
        return review_actions.answer(actor, batch_pages.wanted(sent, ids), now), begun
    except Conflict as refusal:
        rows = errors.refused_rows(refusal)
        half = {item_id for item_id, why in rows.items() if isinstance(why, Invalid)}
        if sent.act != "later" or not half:
            raise
    for card in sent.cards:
        if card.item_id in half:
            account_actions.save_draft(actor, RESPONSE, str(card.item_id), card.draft, now)
    whole = [card for card in sent.cards if card.item_id not in half]
    return _store(replace(sent, cards=whole), ids, begun + len(half))


def _nothing_left() -> ResponseReturnValue:
    """404 for what was never the actor's; for what was, all that they typed is shown."""
    sent = from_form(request.form)
    if not batch_queries.was_with(
        session.actor(), [card.item_id for card in sent.touched + sent.ticked]
    ):
        abort(404)
    review_pages_screens.must_be_same(sent.person_id)
    return review_pages.conflict_page_of_many(
        Conflict("move_not_now"), sent.cards, url_for("batch_review.shared")
    )


def _saved(of: Subject, kind: str | None) -> Mapping[str, object]:
    """How the item stands now, and how far one is: with its statement across people, or with its
    review and the screen of that."""
    items = review_queries_items.for_reviewer(review_pages_screens.review_of(of))
    item = next(item for item in items if item.id == of.id)
    here = review_pages_screens.with_item(items, item.id)
    if kind == "statement":
        items = batch_queries.of_statement(session.actor(), item.statement_id, session.today())
    return {
        "version": item.version,
        "is_returned": item.status is ItemStatus.RETURNED,
        "rated": review_pages_screens.done(items),
        "page_nav": {here.key: here.done},
        "left": review_pages_screens.left(items),
        "turn": sum(item.version for item in items),
    }


def _refused(item: Subject, refusal: Refusal) -> ResponseReturnValue:
    """To the script: what another page saved meanwhile, beside the reason."""
    newer = newer_in(refusal)
    if newer is None:
        raise refusal
    words = review_pages.words_of(review_pages.header_of(review_pages_screens.review_of(item)))
    current = {**asdict(newer), "ground": newer.ground or ""}
    message = f"{errors.message_for(refusal)} {batch_pages.saved_meanwhile(newer, words)}"
    return jsonify(error=message, code=refusal.code, current=current), 409
