"""People, for the administrator. Passwords are set by their owners alone, with a one-time link."""

from flask import Blueprint, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.administration import people, team_tree
from tracker.queries.administration.accounts import merges
from tracker.queries.administration.accounts.unused import is_unused
from tracker.queries.administration.invitations import count_needed, invitees
from tracker.queries.asking import ask
from tracker.queries.evidence import erasures
from tracker.queries.frameworks import version_steps
from tracker.queries.reviews.leaving import ties
from tracker.rules.errors import Conflict
from tracker.rules.roles import Permission
from tracker.services.accounts import invitations
from tracker.services.administration import people as service
from tracker.web.administration.people_forms import (
    ROLES,
    STATES,
    FilterForm,
    NewPersonForm,
    PersonForm,
)
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import Undo, flash_message, message_for
from tracker.web.http.form_actions import accepted, pressed
from tracker.web.i18n.render import render
from tracker.web.ui import fields
from tracker.web.ui.pagination import page_number
from tracker.web.ui.people.closed_records import flash_new_readers
from tracker.web.ui.people.namesakes import told_apart
from tracker.web.ui.tables import Column, headings, order_asked

bp = Blueprint("admin_people", __name__, url_prefix="/admin/people")


COLUMNS = {
    "name": Column(_l("Name and email")),
    "team": Column(_l("Teams and roles now")),
    "state": Column(_l("State")),
    "added": Column(_l("Added"), largest_first=True),
}


@bp.get("")
@door(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    actor, today, order = session.actor(), session.today(), order_asked(COLUMNS)
    form = FilterForm(request.args)
    form.team_id.choices = fields.choices([("", _("All teams")), *team_tree.choices(actor)])
    wanted = {
        "search": (form.search.data or "")[:200],
        "team_id": form.team_id.data,
        "role": form.role.data if form.role.data in ROLES else "",
        "state": form.state.data if form.state.data in STATES else "",
    }
    found = people.listed(
        actor, today, **wanted, sort=order.by, descending=order.descending, page=page_number()
    )
    kept = {name: value for name, value in wanted.items() if value}
    return render(
        "administration/people/index.html",
        form=form,
        found=found,
        roles=ROLES,
        order=order.kept,
        kept=kept,
        headings=headings(COLUMNS, order, "admin_people.index", **kept),
        to_invite=count_needed(actor, session.now()),
    )


@bp.get("/new")
@door(Permission.ADMINISTER)
def new() -> ResponseReturnValue:
    return _new_page(NewPersonForm())


@bp.post("")
@door(Permission.ADMINISTER)
def create() -> ResponseReturnValue:
    form = NewPersonForm()
    if _is_mail_set():
        added = accepted(
            form,
            lambda: service.add_and_mail(
                session.actor(),
                form.name.data,
                form.email.data,
                session.now(),
                staff_id=form.staff_id.data or "",
                is_invited=form.by_mail.data,
            ),
        )
        if added:
            flash_message(
                _("%(name)s is added and invited by mail.", name=form.name.data)
                if form.by_mail.data
                else _("%(name)s is added. Invite them when you’re ready.", name=form.name.data)
            )
            return redirect(url_for("admin_people.show", person_id=added[0]), 303)
        return _new_page(form), 422
    done = accepted(
        form,
        lambda: service.add(
            session.actor(),
            form.name.data,
            form.email.data,
            session.now(),
            staff_id=form.staff_id.data or "",
        ),
    )
    if done:
        return _show_link(*done[0])
    return _new_page(form), 422


@bp.get("/<id:person_id>")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def show(person: Subject) -> ResponseReturnValue:
    found = people.detail(person.id, session.now())
    asked = invitees(session.actor(), session.now(), person.id)
    return render(
        "administration/people/show.html",
        person=found,
        invitation=asked[0] if asked else None,
        is_mail_set=_is_mail_set(),
        now=session.now(),
        roles=ROLES,
        on_hold_since=erasures.on_hold_since(person.id),
        is_unused=is_unused(person.id),
        merged=merges.earlier_accounts(person.id),
        waiting_merge=ask(merges.waiting(person.id, session.now())),
        has_ties=ties.of(session.actor(), person.id, session.now()).are_some,
        new_versions=version_steps.steps_of(person.id, person.library_id, session.today()),
    )


@bp.get("/<id:person_id>/edit")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def edit(person: Subject) -> ResponseReturnValue:
    found = people.detail(person.id, session.now())
    return render("administration/people/edit.html", form=PersonForm(obj=found), person=found)


@bp.post("/<id:person_id>")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def update(person: Subject) -> ResponseReturnValue:
    form = PersonForm()
    if accepted(
        form,
        lambda: service.edit(
            session.actor(),
            person.id,
            form.name.data,
            form.email.data,
            session.now(),
            staff_id=form.staff_id.data,
        ),
    ):
        found = people.detail(person.id, session.now())
        flash_message(_("Saved: %(name)s, %(email)s.", name=found.name, email=found.email))
        return redirect(_page_of(person), 303)
    found = people.detail(person.id, session.now())
    return render("administration/people/edit.html", form=form, person=found), 422


@bp.post("/<id:person_id>/link")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def new_link(person: Subject) -> ResponseReturnValue:
    """By mail, so that nobody but its owner sees it; shown only where no mail is set."""
    if _is_mail_set():
        return pressed(
            lambda: invitations.mail_one(session.actor(), person.id, session.now()),
            _("A link is on its way to %(email)s.", email=_email(person)),
            _page_of(person),
        )
    try:
        token = invitations.renew(session.actor(), person.id, session.now())
    except Conflict as refusal:
        flash_message(message_for(refusal), "error")
        return redirect(_page_of(person), 303)
    return _show_link(person.id, token)


@bp.post("/<id:person_id>/disable")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def disable(person: Subject) -> ResponseReturnValue:
    done = _(
        "The account of %(name)s is disabled, and signed out from the next click on.",
        name=_name(person),
    )
    undo = Undo(url_for("admin_people.enable", person_id=person.id))
    return pressed(
        lambda: service.disable(session.actor(), person.id, session.now()),
        done,
        _page_of(person),
        undo,
    )


@bp.post("/<id:person_id>/enable")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def enable(person: Subject) -> ResponseReturnValue:
    done = _(
        "The account of %(name)s is enabled. The password is the one it had.", name=_name(person)
    )
    undo = Undo(url_for("admin_people.disable", person_id=person.id))
    to_page = pressed(
        lambda: service.enable(session.actor(), person.id, session.now()),
        done,
        _page_of(person),
        undo,
    )
    flash_new_readers()
    return to_page


@bp.post("/<id:person_id>/administrator")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def make_administrator(person: Subject) -> ResponseReturnValue:
    done = _("%(name)s administers the library now.", name=told_apart(_name(person), person.id))
    undo = Undo(url_for("admin_people.unmake_administrator", person_id=person.id))
    return pressed(
        lambda: service.make_administrator(session.actor(), person.id, session.now()),
        done,
        _page_of(person),
        undo,
    )


@bp.post("/<id:person_id>/not-administrator")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def unmake_administrator(person: Subject) -> ResponseReturnValue:
    """Who gave up administration themselves can neither come back to the page nor undo it."""
    is_own = person.id == session.actor().person_id
    done = _("%(name)s no longer administers the library.", name=_name(person))
    undo = None if is_own else Undo(url_for("admin_people.make_administrator", person_id=person.id))
    to = url_for("dashboard.index") if is_own else _page_of(person)
    return pressed(
        lambda: service.unmake_administrator(session.actor(), person.id, session.now()),
        done,
        to,
        undo,
    )


def _is_mail_set() -> bool:
    return current_app.extensions["tracker_mail"] is not None


def _new_page(form: NewPersonForm) -> str:
    return render("administration/people/new.html", form=form, is_mail_set=_is_mail_set())


def _name(person: Subject) -> str:
    return people.detail(person.id, session.now()).name


def _email(person: Subject) -> str:
    return people.detail(person.id, session.now()).email


def _page_of(person: Subject) -> str:
    return url_for("admin_people.show", person_id=person.id)


def _show_link(person_id: int, token: str) -> ResponseReturnValue:
    """The one time that the link can be read: it is neither stored nor kept in a cookie, so there
    is no redirect."""
    address = current_app.config["ORIGIN"] + url_for("invitations.show", token=token)
    found = people.detail(person_id, session.now())
    return render("administration/people/link.html", person=found, address=address)
