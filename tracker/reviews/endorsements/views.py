"""One statement of a learner's framework, with all that they have to it and as a supervisor may see
it; the endorsement that its giver revokes; and agreed exceptions to a level, on the page of
differences."""

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l
from wtforms import TextAreaField

from tracker.assessment.ratings import (
    queries as ratings_queries,
    queries_cards as ratings_queries_cards,
    rules as ratings_rules,
)
from tracker.evidence.pieces import queries as pieces_queries
from tracker.policy.permissions import Subject
from tracker.queries.access import subjects as subjects_queries
from tracker.queries.asking import ask_together
from tracker.record.endorsements.rules import TakenBack
from tracker.record.sheet import queries as sheet_queries
from tracker.record.sheet.queries_learners import learner_of
from tracker.record.sheet.rules import Side
from tracker.record.versions import queries_lines as versions_queries_lines
from tracker.record.workflow import queries as workflow_queries
from tracker.reviews.differences.pages import differences_page
from tracker.reviews.endorsements import (
    actions as endorsements_actions,
    pages as endorsements_pages,
    queries as endorsements_queries,
)
from tracker.reviews.review import pages as review_pages
from tracker.rules.errors import Conflict
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door, note_look
from tracker.web.http.errors import flash_message, refusal_messages
from tracker.web.http.form_actions import accepted, pressed
from tracker.web.http.framework_asked import about
from tracker.web.http.redirects import address_here
from tracker.web.i18n.content_language import mark_language
from tracker.web.i18n.render import render
from tracker.web.ui.form import Form
from tracker.web.ui.statement_cards import StatementCards

bp = Blueprint("endorsements", __name__)
statements = Blueprint("statements", __name__)
exceptions = Blueprint("exceptions", __name__)

refusal_messages(
    endorsement_ended=_l(
        "This reviewed rating isn’t current anymore, so there is nothing to revoke. Look at the "
        "page again."
    ),
    exception_not_here=_l(
        "This can’t be left out here: the two of you agree that it is met or not part of the job, "
        "your library doesn’t rate it, or it was reviewed again since. Look at the page again."
    ),
    exception_there=_l(
        "One statement of this level is left out already, or it is suggested. Withdraw that one "
        "first: at most one statement of a level can be left out."
    ),
    exception_needs_other=_l("You suggested this yourself. The other of you has to agree."),
    exception_over=_l(
        "This was withdrawn, or agreed on, or has ended in the meantime. Nothing was changed."
    ),
)


class RevokeForm(Form):
    reason = TextAreaField(
        _l("Why you revoke it"),
        description=_l(
            "The learner and their supervisors read it. Write about the work, never about health "
            "or leave."
        ),
    )


class ExceptionForm(Form):
    reason = TextAreaField(_l("Reason"))


TAKEN_BACK = {
    TakenBack.WITHDRAWN: _l("The statement counts again."),
    TakenBack.DECLINED: _l("Declined: the statement still counts."),
    TakenBack.PROPOSAL: _l("The proposal is withdrawn: the statement still counts."),
}

T = TypeVar("T")


@statements.get("/statements/<id:statement_id>")
@door(Permission.RATE)
def show(statement_id: int) -> ResponseReturnValue:
    """Of a framework in which they do not learn: no such page. Of an earlier version of theirs:
    what they have of it, with the way to what it became."""
    learner = learner_of(session.actor().person_id, statement_id, session.today())
    if learner is None and (earlier := endorsements_pages.earlier_page(statement_id)):
        return earlier
    if learner is None:
        abort(404)
    sheet = sheet_queries.of_learner(learner, Side.OWN, None, revealed=False)
    to_rate = ratings_queries_cards.of_statements(sheet, [statement_id])
    if not to_rate.cards:
        abort(404)
    about(learner, "assessment.resume")
    reached = ratings_rules.progress(sheet, learner.round_starts_on)
    if not reached.use_statement:
        return redirect(url_for("dashboard.use_statement", next=address_here()))
    card = to_rate.cards[0]
    before = versions_queries_lines.before(statement_id)
    ids = endorsements_pages.statement_and_before(card, before)
    given, answers, pieces, linkable = ask_together(
        endorsements_queries.history(learner, ids, [statement_id]),
        ratings_queries.answers(learner.person_id, ids),
        pieces_queries.for_statements(learner.person_id, [statement_id]),
        pieces_queries.unlinked_to(learner.person_id, statement_id),
    )
    return render(
        "reviews/endorsements/statement.html",
        lang=learner.lang,
        **vars(endorsements_pages.own_endorsements(learner, sheet, card, before, given)),
        learner=learner,
        progress=reached,
        to_rate=to_rate,
        card=card,
        level=next(
            level
            for level in reached.levels
            if (level.domain_id, level.rank) == (card.domain_id, card.rank)
        ),
        before=before,
        answers=answers,
        evidence=pieces.get(statement_id, []),
        linkable=linkable,
        cards=StatementCards(
            to_rate, learner, own_page=True, saved=request.args.get("saved", type=int)
        ),
    )


@statements.get("/people/<id:person_id>/statements/<id:statement_id>")
@door(Permission.PROFILE_REVEALED, subjects_queries.person)
def of_person(person: Subject, statement_id: int) -> ResponseReturnValue:
    """What was revealed and endorsed of it. The learner is sent to their own page."""
    if person.id == session.actor().person_id:
        return redirect(url_for("statements.show", statement_id=statement_id))
    return endorsements_pages.page_of_person(person.id, statement_id)


@bp.get("/endorsements/<id:endorsement_id>/revoke")
@door(Permission.ENDORSEMENT_REVOKE, workflow_queries.endorsement_given)
def ask(endorsement: Subject) -> ResponseReturnValue:
    return _page(endorsement, RevokeForm())


@bp.post("/endorsements/<id:endorsement_id>/revoke")
@door(Permission.ENDORSEMENT_REVOKE, workflow_queries.endorsement_given)
def revoke(endorsement: Subject) -> ResponseReturnValue:
    form, endorsement_id = RevokeForm(), endorsement.id
    done = accepted(
        form,
        lambda: endorsements_actions.revoke(
            session.actor(), endorsement_id, form.reason.data or "", session.now()
        ),
    )
    if not done:
        return _page(endorsement, form), 422
    of = endorsements_queries.one(endorsement_id)
    flash_message(
        _(
            "Your reviewed rating of “%(statement)s” is revoked. It doesn’t count anymore; "
            "%(name)s can read your reason.",
            statement=mark_language(of).title,
            name=of.person,
        )
    )
    return redirect(
        url_for("reviews.differences", review_id=of.review_id, _anchor=f"item-{of.item_id}"), 303
    )


@exceptions.post("/review-items/<id:item_id>/exception")
@door(Permission.REVIEW_READ, workflow_queries.review_item)
def propose(item: Subject) -> ResponseReturnValue:
    return _reasoned(
        item,
        lambda reason: endorsements_actions.propose_exception(
            session.actor(), item.id, reason, session.now()
        ),
        lambda _id: _("Suggested. The statement is left out once the other of you agrees."),
    )


@exceptions.post("/review-items/<id:item_id>/exception/<id:exception_id>/confirm")
@door(Permission.REVIEW_READ, workflow_queries.review_item)
def confirm(item: Subject, exception_id: int) -> ResponseReturnValue:
    return pressed(
        lambda: endorsements_actions.confirm_exception(
            session.actor(), item.id, exception_id, session.now()
        ),
        _("You both agreed: the statement doesn’t apply here."),
        review_pages.at(item),
    )


@exceptions.post("/review-items/<id:item_id>/exception/<id:exception_id>/withdraw")
@door(Permission.REVIEW_READ, workflow_queries.review_item)
def withdraw(item: Subject, exception_id: int) -> ResponseReturnValue:
    return _reasoned(
        item,
        lambda reason: endorsements_actions.withdraw_exception(
            session.actor(), item.id, exception_id, reason, session.now()
        ),
        lambda what: str(TAKEN_BACK[what]),
    )


def _page(given: Subject, form: RevokeForm) -> str:
    if given.owner_id is not None:
        note_look(given.owner_id, "review")
    of = endorsements_queries.one(given.id)
    if given.owner_id is not None and session.reader().is_hidden_since(
        given.owner_id, of.statement_id, of.on
    ):
        raise Conflict("statement_hidden")
    return render("reviews/endorsements/revoke.html", of=of, form=form)


def _reasoned(
    item: Subject, act: Callable[[str], T], told: Callable[[T], str]
) -> ResponseReturnValue:
    """`told`: what is told of what the act returned."""
    form = ExceptionForm()
    if done_with := accepted(form, lambda: act(form.reason.data or "")):
        flash_message(told(done_with[0]))
        return redirect(review_pages.at(item), 303)
    return differences_page(item, exception=review_pages.TypedForm(item.id, form)), 422
