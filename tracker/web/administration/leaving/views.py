"""What hangs on somebody, and where it goes; then their account is disabled."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.administration import people
from tracker.queries.evidence import erasures
from tracker.queries.reviews.eligible_reviewers import Reviewer
from tracker.queries.reviews.leaving import ties
from tracker.rules.roles import Permission
from tracker.services.administration import leaving as service
from tracker.web.administration.leaving.forms import LeavingForm, leaving_form
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import Undo, flash_message
from tracker.web.http.form_actions import accepted
from tracker.web.i18n.render import render
from tracker.web.ui import fields
from tracker.web.ui.people.namesakes import told_apart
from tracker.web.ui.templating.dates import day

bp = Blueprint("leaving", __name__, url_prefix="/admin/people")


@bp.get("/<id:person_id>/leaving")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def show(person: Subject) -> ResponseReturnValue:
    return _page(person, leaving_form(_choices(person)))


@bp.post("/<id:person_id>/leaving")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def leave(person: Subject) -> ResponseReturnValue:
    form = leaving_form(_choices(person))
    disables = request.form.get("act") != "reassign"
    done = accepted(
        form,
        lambda: service.leave(
            session.actor(),
            person.id,
            {team_id: form[service.field_of(team_id)].data for team_id in _teams(person)},
            form.note.data or "",
            session.now(),
            disables=disables,
        ),
    )
    if done is None:
        return _page(person, form), 422
    name = people.detail(person.id, session.now()).name
    went = ngettext(
        "%(num)d review goes on with somebody else.",
        "%(num)d reviews go on with somebody else.",
        done[0],
    )
    if not disables:
        flash_message(went)
        return redirect(url_for("leaving.show", person_id=person.id), 303)
    closed = _(
        "The account of %(name)s is disabled, and signed out from the next click on.", name=name
    )
    undo = None if done[0] else Undo(url_for("admin_people.enable", person_id=person.id))
    flash_message(f"{closed} {went}" if done[0] else closed, undo=undo)
    return redirect(url_for("admin_people.show", person_id=person.id), 303)


def _teams(person: Subject) -> list[int]:
    return [team_id for team_id, _name in ties.by_team(session.actor(), person.id)]


def _choices(person: Subject) -> dict[tuple[str, str], list[SelectChoice]]:
    """By field and team, in which somebody can take over."""
    actor = session.actor()
    nobody = ("", _("Nobody yet: a coordinator reassigns each of them"))
    return {
        (service.field_of(team_id), team): fields.choices(
            [
                *(
                    (each.person_id, _successor(each))
                    for each in ties.successors(actor, person.id, learners, session.today())
                ),
                nobody,
            ]
        )
        for (team_id, team), learners in ties.by_team(actor, person.id).items()
    }


def _successor(each: Reviewer) -> str:
    each_name = told_apart(each.name, each.person_id)
    name = str(_("%(name)s (%(team)s)", name=each_name, team=each.above or each.team))
    if each.away_until is None:
        return name
    return str(_("%(name)s, away until %(day)s", name=name, day=day(each.away_until)))


def _page(person: Subject, form: LeavingForm) -> str:
    now = session.now()
    return render(
        "administration/leaving/show.html",
        form=form,
        successors=[field for field in form if field.name.startswith("reviewer_")],
        person=people.detail(person.id, now),
        ties=ties.of(session.actor(), person.id, now),
        on_hold_since=erasures.on_hold_since(person.id),
    )
