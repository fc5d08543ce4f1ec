"""What somebody leaves: what is open with them goes on, and a legal hold keeps what they erase."""

from flask import Blueprint, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext

from tracker.administration.people import actions, queries
from tracker.administration.people.forms import LeavingForm, LegalHoldForm, leaving_form
from tracker.administration.people.pages import (
    disabled_said,
    person_page,
    to_person,
    whole_person_page,
)
from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.core import erasures
from tracker.reviews.handovers import queries_leaving as left_behind
from tracker.reviews.sending.queries_reviewers import Reviewer
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import Undo, flash_message
from tracker.web.http.form_actions import accepted, pressed, saved
from tracker.web.ui import fields
from tracker.web.ui.people import told_apart
from tracker.web.ui.templating.dates import day

legal_holds = Blueprint(
    "legal_holds", __name__, url_prefix="/admin/people/<id:person_id>/legal-hold"
)
leaving = Blueprint("leaving", __name__, url_prefix="/admin/people/<id:person_id>/leaving")


@legal_holds.get("", endpoint="show")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def show_legal_holds(person: Subject) -> ResponseReturnValue:
    return _legal_hold_page(person, LegalHoldForm())


@legal_holds.post("", endpoint="begin")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def begin_legal_hold(person: Subject) -> ResponseReturnValue:
    form, actor, now = LegalHoldForm(), session.actor(), session.now()
    done = _("The legal hold is set. What they erase is kept until it ends.")
    to, why = url_for("legal_holds.show", person_id=person.id), form.why.data
    page = saved(form, lambda: actions.begin_legal_hold(actor, person.id, why, now), done, to)
    return page or (_legal_hold_page(person, form), 422)


@legal_holds.post("/end", endpoint="end")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def end_legal_hold(person: Subject) -> ResponseReturnValue:
    actor, folder, now = session.actor(), current_app.config["FILES"], session.now()
    return pressed(
        lambda: actions.end_legal_hold(actor, person.id, folder, now),
        _("The legal hold ended. What was erased while it was open is now erased for good."),
        url_for("legal_holds.show", person_id=person.id),
    )


@leaving.get("", endpoint="show")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def show_leaving(person: Subject) -> ResponseReturnValue:
    return _leaving_page(person, _leaving_form(person))


@leaving.post("", endpoint="leave")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def leave(person: Subject) -> ResponseReturnValue:
    form, disables = _leaving_form(person), request.form.get("act") != "reassign"
    to = {team_id: successor.data for team_id, successor in form.successors.items()}
    note, now = form.note.data or "", session.now()
    done = accepted(
        form, lambda: actions.leave(session.actor(), person.id, to, note, now, disables=disables)
    )
    if done is None:
        return _leaving_page(person, form), 422
    went = ngettext(
        "%(num)d review goes on with somebody else.",
        "%(num)d reviews go on with somebody else.",
        done[0],
    )
    if not disables:
        flash_message(went)
        return redirect(url_for("leaving.show", person_id=person.id), 303)
    if done[0]:
        flash_message(f"{disabled_said(person.id)} {went}")
    else:
        undo = Undo(url_for("admin_people.enable", person_id=person.id))
        flash_message(disabled_said(person.id), undo=undo)
    return to_person(person.id)


def _legal_hold_page(person: Subject, form: LegalHoldForm) -> str:
    holds = queries.legal_holds(person.id)
    return person_page(
        "administration/people/legal_hold.html",
        person.id,
        form=form,
        open_hold=next((hold for hold in holds if hold.ended_at is None), None),
        ended=[hold for hold in holds if hold.ended_at is not None],
    )


def _leaving_form(person: Subject) -> LeavingForm:
    """Asks for each team in which somebody can take over."""
    actor, today = session.actor(), session.today()
    nobody = ("", _("Nobody yet: a coordinator reassigns each of them"))
    choices = {}
    for team, learners in left_behind.by_team(actor, person.id, session.now()).items():
        eligible = left_behind.successors(actor, person.id, learners, today)
        named = [(reviewer.person_id, _successor(reviewer)) for reviewer in eligible]
        choices[team] = fields.choices([*named, nobody])
    return leaving_form(choices)


def _successor(reviewer: Reviewer) -> str:
    name = _(
        "%(name)s (%(team)s)",
        name=told_apart(reviewer.name, reviewer.person_id),
        team=reviewer.above or reviewer.team,
    )
    if reviewer.away_until is None:
        return str(name)
    return _("%(name)s, away until %(day)s", name=name, day=day(reviewer.away_until))


def _leaving_page(person: Subject, form: LeavingForm) -> str:
    successors = form.successors.values()
    return whole_person_page(
        "administration/people/leaving.html",
        person.id,
        form=form,
        successors=successors,
        can_reassign=any(len(successor.choices) > 1 for successor in successors),
        ties=left_behind.ties(session.actor(), person.id, session.now()),
        on_hold_since=erasures.on_hold_since(person.id),
    )
