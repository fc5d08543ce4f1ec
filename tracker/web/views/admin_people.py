"""People, for the administrator. Passwords are set by their owners alone, with a one-time link."""

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.policy import Subject
from tracker.queries import people, subjects, team_trees
from tracker.rules.errors import Conflict
from tracker.rules.roles import Permission
from tracker.services import invitations
from tracker.services import people as service
from tracker.web import session
from tracker.web.access import door
from tracker.web.acts import accepted, pressed
from tracker.web.clean import page_number
from tracker.web.errors import say, tell
from tracker.web.forms import fields
from tracker.web.forms.people import ROLES, SORTS, STATES, FilterForm, PersonForm

bp = Blueprint("admin_people", __name__, url_prefix="/admin/people")


@bp.get("")
@door(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    actor, today = session.actor(), session.today()
    form = FilterForm(request.args)
    form.team_id.choices = fields.choices([("", _("All teams")), *team_trees.choices(actor, today)])
    found = people.listed(
        actor,
        today,
        search=(form.search.data or "")[:200],
        state=form.state.data if form.state.data in STATES else "",
        team_id=form.team_id.data,
        sort=form.sort.data if form.sort.data in SORTS else "name",
        page=page_number(),
    )
    return render_template("admin_people/index.html", form=form, found=found, roles=ROLES)


@bp.get("/new")
@door(Permission.ADMINISTER)
def new() -> ResponseReturnValue:
    return render_template("admin_people/new.html", form=PersonForm())


@bp.post("")
@door(Permission.ADMINISTER)
def create() -> ResponseReturnValue:
    form = PersonForm()
    done = accepted(form, lambda: service.add(session.actor(), form.name.data, form.email.data, session.now()))
    if done:
        return _show_link(*done[0])
    return render_template("admin_people/new.html", form=form), 422


@bp.get("/<id:person_id>")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def show(person: Subject) -> ResponseReturnValue:
    found = people.detail(person.id, session.now())
    return render_template("admin_people/show.html", person=found, roles=ROLES)


@bp.get("/<id:person_id>/edit")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def edit(person: Subject) -> ResponseReturnValue:
    found = people.detail(person.id, session.now())
    return render_template("admin_people/edit.html", form=PersonForm(obj=found), person=found)


@bp.post("/<id:person_id>")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def update(person: Subject) -> ResponseReturnValue:
    form = PersonForm()
    if accepted(form, lambda: service.edit(session.actor(), person.id, form.name.data, form.email.data, session.now())):
        tell(_("Saved."))
        return redirect(_page_of(person), 303)
    found = people.detail(person.id, session.now())
    return render_template("admin_people/edit.html", form=form, person=found), 422


@bp.post("/<id:person_id>/link")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def new_link(person: Subject) -> ResponseReturnValue:
    try:
        token = invitations.renew(session.actor(), person.id, session.now())
    except Conflict as refusal:
        tell(say(refusal), "error")
        return redirect(_page_of(person), 303)
    return _show_link(person.id, token)


@bp.post("/<id:person_id>/disable")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def disable(person: Subject) -> ResponseReturnValue:
    done = _("The account is disabled. Who was signed in with it is out from the next click on.")
    return pressed(lambda: service.disable(session.actor(), person.id, session.now()), done, _page_of(person))


@bp.post("/<id:person_id>/enable")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def enable(person: Subject) -> ResponseReturnValue:
    done = _("The account is enabled. The password is the one it had.")
    return pressed(lambda: service.enable(session.actor(), person.id, session.now()), done, _page_of(person))


@bp.post("/<id:person_id>/administrator")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def make_administrator(person: Subject) -> ResponseReturnValue:
    done = _("They administer the library now.")
    return pressed(
        lambda: service.make_administrator(session.actor(), person.id, session.now()), done, _page_of(person)
    )


@bp.post("/<id:person_id>/not-administrator")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def unmake_administrator(person: Subject) -> ResponseReturnValue:
    done = _("They no longer administer the library.")
    return pressed(
        lambda: service.unmake_administrator(session.actor(), person.id, session.now()), done, _after(person)
    )


def _page_of(person: Subject) -> str:
    return url_for("admin_people.show", person_id=person.id)


def _after(person: Subject) -> str:
    """Who gave up administration themselves cannot come back to the page."""
    return url_for("home.index") if person.id == session.actor().person_id else _page_of(person)


def _show_link(person_id: int, token: str) -> ResponseReturnValue:
    """The one time that the link can be read: it is neither stored nor kept in a cookie, so there is no redirect."""
    address = current_app.config["BASE_URL"] + url_for("invitations.show", token=token)
    found = people.detail(person_id, session.now())
    return render_template("admin_people/link.html", person=found, address=address)
