"""What somebody is in a team: add, correct, end."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.administration import people
from tracker.rules.errors import Refusal
from tracker.rules.roles import Permission
from tracker.services.administration import memberships
from tracker.web.administration.memberships import labels, pages
from tracker.web.administration.people_forms import EndForm, MembershipForm
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message, message_for
from tracker.web.http.form_actions import accepted
from tracker.web.i18n.render import render
from tracker.web.ui import fields
from tracker.web.ui.people.closed_records import flash_new_readers
from tracker.web.ui.templating.dates import day

bp = Blueprint("admin_memberships", __name__, url_prefix="/admin")


@bp.get("/people/<id:person_id>/memberships/new")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def new(person: Subject) -> ResponseReturnValue:
    form = _form(MembershipForm(starts_on=session.today()))
    return render(
        "administration/memberships/new.html",
        form=form,
        person=people.detail(person.id, session.now()),
    )


@bp.post("/people/<id:person_id>/memberships")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def create(person: Subject) -> ResponseReturnValue:
    form = _form(MembershipForm())
    done = accepted(
        form, lambda: memberships.add(session.actor(), person.id, pages.terms(form), session.now())
    )
    if done:
        flash_message(labels.added(people.membership(done[0]), session.today()))
        flash_new_readers()
        return redirect(url_for("admin_people.show", person_id=person.id), 303)
    found = people.detail(person.id, session.now())
    return render("administration/memberships/new.html", form=form, person=found), 422


@bp.get("/memberships/<id:membership_id>")
@door(Permission.ADMINISTER_PERSON, subjects.membership)
def edit(membership: Subject) -> ResponseReturnValue:
    found = people.membership(membership.id)
    form = _form(MembershipForm(obj=found), found)
    return render(
        "administration/memberships/edit.html", form=form, ending=_ending(found), membership=found
    )


@bp.post("/memberships/<id:membership_id>")
@door(Permission.ADMINISTER_PERSON, subjects.membership)
def update(membership: Subject) -> ResponseReturnValue:
    found = people.membership(membership.id)
    form = _form(MembershipForm(), found)
    if "still" in request.form:
        return _put_back(found, form)
    if accepted(
        form,
        lambda: memberships.correct(session.actor(), found.id, pages.terms(form), session.now()),
    ):
        changed = people.membership(membership.id)
        flash_message(labels.corrected(found, changed), undo=labels.as_it_was(found, changed))
        flash_new_readers()
        return redirect(url_for("admin_people.show", person_id=found.person_id), 303)
    return render(
        "administration/memberships/edit.html", form=form, ending=_ending(found), membership=found
    ), 422


@bp.post("/memberships/<id:membership_id>/end")
@door(Permission.ADMINISTER_PERSON, subjects.membership)
def end(membership: Subject) -> ResponseReturnValue:
    found = people.membership(membership.id)
    ending = EndForm(prefix="end")
    if accepted(
        ending,
        lambda: memberships.end(session.actor(), membership.id, ending.ends_on.data, session.now()),
    ):
        last = day(ending.ends_on.data)
        flash_message(
            _(
                "The last day of %(name)s in %(team)s is %(day)s.",
                name=found.person,
                team=found.team,
                day=last,
            ),
            undo=labels.as_it_was(found, people.membership(membership.id)),
        )
        flash_new_readers()
        return redirect(url_for("admin_people.show", person_id=found.person_id), 303)
    form = _form(MembershipForm(formdata=None, obj=found), found)
    return render(
        "administration/memberships/edit.html", form=form, ending=ending, membership=found
    ), 422


def _put_back(found: people.MembershipDetails, form: MembershipForm) -> ResponseReturnValue:
    """Undo a correction or an ending, while nothing else has changed since."""
    if not form.validate():
        return render(
            "administration/memberships/edit.html",
            form=form,
            ending=_ending(found),
            membership=found,
        ), 422
    try:
        memberships.correct(
            session.actor(), found.id, pages.terms(form), session.now(), still=request.form["still"]
        )
    except Refusal as refusal:
        flash_message(message_for(refusal), "error")
        return redirect(url_for("admin_memberships.edit", membership_id=found.id), 303)
    flash_message(
        _(
            "Undone: %(name)s is in %(team)s as before.",
            name=found.person,
            team=people.membership(found.id).team,
        )
    )
    flash_new_readers()
    return redirect(url_for("admin_people.show", person_id=found.person_id), 303)


def _form(form: MembershipForm, kept: people.MembershipDetails | None = None) -> MembershipForm:
    """With the choices. The team that the membership is in stays among them, though closed."""
    pages.with_choices(form, kept)
    if kept is not None and str(kept.team_id) not in {each.value for each in form.team_id.choices}:
        closed = _("%(team)s (closed)", team=kept.team)
        form.team_id.choices += fields.choices([(kept.team_id, closed)])
    return form


def _ending(found: people.MembershipDetails) -> EndForm:
    return EndForm(
        formdata=None, prefix="end", ends_on=found.ends_on or max(session.today(), found.starts_on)
    )
