"""Sending for review: what is suggested, to whom it can go, and what would not go with it."""

from collections.abc import Collection
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l

from tracker.queries.core import people as core_people_queries
from tracker.record.sheet import queries as sheet_queries
from tracker.record.sheet.queries_learners import Learner, learner_of
from tracker.record.sheet.rules import Side
from tracker.reviews.endorsements import pages as endorsements_pages
from tracker.reviews.review import queries_items as review_queries_items
from tracker.reviews.review.forms import SendForm
from tracker.reviews.sending import (
    queries_reviewers as sending_queries_reviewers,
    rules as sending_rules,
)
from tracker.reviews.sending.queries_reviewers import Reviewer
from tracker.reviews.sending.rules import Sendable, sendable, suggested
from tracker.rules.names import first_name
from tracker.rules.pace import minutes_for
from tracker.web.http import errors, session
from tracker.web.http.framework_asked import learner_asked
from tracker.web.i18n.render import render
from tracker.web.ui import drafts
from tracker.web.ui.people import told_apart
from tracker.web.ui.statement_picker import FinderDomain, StatementFinder
from tracker.web.ui.templating.dates import day

KEPT = ("domain", "framework")
"""What the address of the sending page keeps where more or fewer are to be ticked."""
WHY = _l("changed"), _l("never reviewed"), _l("not reviewed this round")
"""A statement is worth sending, in the order of Worth."""


def send_page(form: SendForm, chosen: list[int] | None) -> str:
    """`chosen`: what was ticked and refused; None for what is suggested (with `more` in the address
    all that is worth sending), or for what the address asks for."""
    actor, today = session.actor(), session.today()
    expiring = 1 if "expiring" in request.args else None
    learner = learner_asked(actor.person_id, "reviews.new", expiring=expiring)
    statements = _sendable(learner) if learner is not None else []
    domain_id = request.args.get("domain", "")
    if chosen is None and "statement" in request.args:
        chosen = request.args.getlist("statement", type=int)
    if chosen is None and expiring:
        chosen = [*endorsements_pages.to_renew(actor, session.now())]
    worth = [one.candidate for one in statements if domain_id in ("", str(one.domain_id))]
    usual, most = suggested(worth), suggested(worth, sending_rules.SENT_MAX)
    picked = most if "more" in request.args else usual
    if chosen is None:
        chosen = picked
    if form.second_to.data is None:
        form.second_to.data = request.args.get("second_to", type=int)
    suggests = request.method == "POST" and form.second_to.data is None
    ticked = {statement.statement_id for statement in statements} & {*chosen}
    listed = {*ticked, *(usual if suggests else ())}
    others = StatementFinder(
        [statement for statement in statements if statement.statement_id not in listed],
        lambda one: (one.title, one.text, one.domain, one.level),
        lambda one: FinderDomain(
            str(one.domain_id), "" if learner is None else learner.lang, one.domain
        ),
    )
    address: dict[str, Any] = {key: request.args[key] for key in KEPT if key in request.args}
    reviewers = sending_queries_reviewers.of_one(actor.person_id, today, form.second_to.data)
    paces = review_queries_items.seconds_of([reviewer.person_id for reviewer in reviewers])
    expected = sending_queries_reviewers.expected(reviewers, paces)
    seconds = paces.get(_chosen(form, reviewers), expected)
    return render(
        "reviews/new.html",
        lang="" if learner is None else learner.lang,
        form=form,
        learner=learner,
        statements=statements,
        others=others,
        shown=others.shown,
        later=sum(statement.later is not None for statement in statements),
        listed=[statement for statement in statements if statement.statement_id in listed],
        ticked=ticked,
        why=_why(statements, ticked) if picked and ticked == {*picked} else "",
        usual=len(usual),
        worth=len(most),
        is_more={*most} <= ticked,
        is_renewal=bool(expiring),
        address=address,
        same=url_for("reviews.new", statement=[] if listed == {*usual} else [*listed], **address),
        reviewers=reviewers,
        near=[reviewer for reviewer in reviewers if not reviewer.outside],
        outside=[reviewer for reviewer in reviewers if reviewer.outside],
        paces=paces,
        seconds=seconds,
        minutes=minutes_for(len(ticked), seconds),
        reviewer_words=reviewer_words,
    )


def send_again(form: SendForm, status: int) -> ResponseReturnValue:
    """With what was ticked; 409 where that is of another version than theirs."""
    placed = drafts.ids_in_place(form.chosen)
    if placed is None:
        return send_page(form, form.chosen), status
    errors.put_on(form, placed.refusal)
    return send_page(form, [*placed.chosen]), 409


def many_page(form: SendForm) -> str:
    """Asks where a reviewer would get many at once. Nothing for what was answered, and for what is
    refused anyhow."""
    chosen, answered = {*form.chosen}, form.all_at_once.data or form.without_drafts.data
    if answered or not sending_rules.MANY < len(chosen) <= sending_rules.SENT_MAX:
        return ""
    person_id, today = session.actor().person_id, session.today()
    learner = learner_of(person_id, form.chosen[0], today)
    statements = _sendable(learner) if learner is not None else []
    here = [statement for statement in statements if statement.statement_id in chosen]
    reviewers = sending_queries_reviewers.of(person_id, today)
    reviewer_id = _chosen(form, reviewers)
    if not reviewer_id or len(here) < len(chosen):
        return ""
    seconds = review_queries_items.seconds_of([reviewer_id])[reviewer_id]
    return render(
        "reviews/many.html",
        form=form,
        count=len(chosen),
        name=first_name(core_people_queries.person(reviewer_id).name),
        minutes=minutes_for(len(chosen), seconds),
        usual=suggested(statement.candidate for statement in here),
    )


def _chosen(form: SendForm, reviewers: Collection[Reviewer]) -> int:
    """Of these; 0 for nobody."""
    ids = {f"{one.person_id}-{one.team_id}": one.person_id for one in reviewers}
    return ids.get(str(form.reviewer.data), 0)


def _why(statements: Collection[Sendable], picked: Collection[int]) -> str:
    """Why those are picked, the best reason first."""
    candidates = [one.candidate for one in statements if one.statement_id in picked]
    reasons = sorted({one.worth for one in candidates if one is not None})
    *others, last = [str(WHY[reason - 1]) for reason in reasons]
    return _("%(others)s or %(last)s", others=", ".join(others), last=last) if others else last


def drafts_page(form: SendForm, at: Collection[int]) -> str:
    """Asks about what was typed at some of the statements and would not go with them."""
    learner = learner_asked(session.actor().person_id, "reviews.new")
    statements = _sendable(learner) if learner is not None else []
    return render(
        "reviews/drafts.html",
        lang="" if learner is None else learner.lang,
        form=form,
        left=[statement for statement in statements if statement.statement_id in at],
    )


def reviewer_words(reviewer: Reviewer) -> str:
    """A reviewer to choose: the name, why they may, and until when they are away."""
    if reviewer.away_until is None:
        return _reviewer(reviewer)
    return _("%(name)s, away until %(day)s", name=_reviewer(reviewer), day=day(reviewer.away_until))


def _reviewer(reviewer: Reviewer) -> str:
    name = told_apart(reviewer.name, reviewer.person_id)
    if reviewer.deputy_for:
        return _(
            "%(name)s (%(team)s; backup reviewer for %(other)s until %(day)s)",
            name=name,
            team=reviewer.team,
            other=reviewer.deputy_for,
            day=day(reviewer.until),
        )
    if reviewer.outside:
        return _("%(name)s (supervises %(team)s)", name=name, team=reviewer.outside)
    if reviewer.one_only:
        return _(
            "%(name)s (supervises %(above)s, above %(team)s; one statement at a time)",
            name=name,
            team=reviewer.team,
            above=reviewer.above,
        )
    if reviewer.above:
        return _(
            "%(name)s (%(team)s has nobody else; supervises %(above)s above it)",
            name=name,
            team=reviewer.team,
            above=reviewer.above,
        )
    return _("%(name)s (%(team)s)", name=name, team=reviewer.team)


def _sendable(learner: Learner) -> list[Sendable]:
    sheet = sheet_queries.of_learner(learner, Side.OWN, None)
    return sendable(sheet, learner.round_starts_on)
