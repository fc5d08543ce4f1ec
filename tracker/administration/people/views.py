"""People, for the administrator. Passwords are set by their owners alone, with a one-time link."""

import datetime as dt
from collections.abc import Callable

from flask import Blueprint, current_app, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l

from tracker.accounts.links import actions as links_actions
from tracker.accounts.links.queries import count_needed, invitees
from tracker.administration.accounts import queries as accounts_queries
from tracker.administration.people import actions as people_actions, queries as people_queries
from tracker.administration.people.forms import (
    ROLES,
    FilterForm,
    LegalHoldForm,
    NewPersonForm,
    PersonForm,
)
from tracker.administration.people.pages import person_page, to_person, whole_person_page
from tracker.administration.teams import queries as teams_queries
from tracker.policy.permissions import Actor, Subject
from tracker.queries.access import subjects as subjects_queries
from tracker.queries.core import erasures as core_erasures_queries, people as core_people_queries
from tracker.record.workflow import queries as workflow_queries
from tracker.reviews.handovers import queries as handovers_queries
from tracker.rules.errors import Conflict
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import Undo, flash_message, message_for
from tracker.web.http.form_actions import accepted, pressed, saved
from tracker.web.i18n.render import render
from tracker.web.ui import fields
from tracker.web.ui.filters import page_number
from tracker.web.ui.people import flash_new_readers, told_apart
from tracker.web.ui.tables import Column, headings, order_asked

bp = Blueprint("admin_people", __name__, url_prefix="/admin/people")
legal_holds = Blueprint(
    "legal_holds", __name__, url_prefix="/admin/people/<id:person_id>/legal-hold"
)

COLUMNS = {
    "name": Column(_l("Name and email")),
    "team": Column(_l("Teams and roles now")),
    "state": Column(_l("State")),
    "added": Column(_l("Added"), largest_first=True),
}


@bp.get("")
@door(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    actor, order, form = session.actor(), order_asked(COLUMNS), FilterForm(request.args)
    form.team_id.choices = fields.choices([("", _("All teams")), *teams_queries.choices(actor)])
    kept = {name: value for name, value in form.wanted.items() if value}
    return render(
        "administration/people/index.html",
        form=form,
        listing=core_people_queries.listed(
            actor,
            session.today(),
            **form.wanted,
            sort=order.by,
            descending=order.descending,
            page=page_number(),
        ),
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
    form, now = NewPersonForm(), session.now()
    typed = (session.actor(), form.name.data, form.email.data, now)
    staff_id, is_invited = form.staff_id.data or "", form.by_mail.data
    if not session.is_mail_set():
        added = accepted(form, lambda: people_actions.add(*typed, staff_id=staff_id))
        return _show_link(*added[0]) if added else (_new_page(form), 422)
    mailed = accepted(
        form, lambda: people_actions.add_and_mail(*typed, staff_id=staff_id, is_invited=is_invited)
    )
    if mailed is None:
        return _new_page(form), 422
    flash_message(
        _("%(name)s is added and invited by mail.", name=form.name.data)
        if is_invited
        else _("%(name)s is added. Invite them when you’re ready.", name=form.name.data)
    )
    return to_person(mailed[0])


@bp.get("/<id:person_id>")
@door(Permission.ADMINISTER_PERSON, subjects_queries.person)
def show(person: Subject) -> ResponseReturnValue:
    actor, now = session.actor(), session.now()
    merged = accounts_queries.merged(person.id)
    closed = session.reader().closed
    work = workflow_queries.open_work(person.id, session.today()) or person
    return whole_person_page(
        "administration/people/show.html",
        person.id,
        invitation=next(iter(invitees(actor, now, person.id)), None),
        is_mail_set=session.is_mail_set(),
        now=now,
        on_hold_since=core_erasures_queries.on_hold_since(person.id),
        is_unused=accounts_queries.is_unused(person.id),
        merged=merged,
        goes_on=any(account.id == person.id for account in merged),
        open_reviews=len(handovers_queries.open_work(actor, work, session.today(), closed)),
    )


@bp.get("/<id:person_id>/edit")
@door(Permission.ADMINISTER_PERSON, subjects_queries.person)
def edit(person: Subject) -> ResponseReturnValue:
    form = PersonForm(obj=core_people_queries.person(person.id))
    return person_page("administration/people/edit.html", person.id, form=form)


@bp.post("/<id:person_id>")
@door(Permission.ADMINISTER_PERSON, subjects_queries.person)
def update(person: Subject) -> ResponseReturnValue:
    form = PersonForm()
    typed = (form.name.data, form.email.data, session.now())
    if accepted(
        form,
        lambda: people_actions.edit(
            session.actor(), person.id, *typed, staff_id=form.staff_id.data
        ),
    ):
        saved = core_people_queries.person(person.id)
        flash_message(_("Saved: %(name)s, %(email)s.", name=saved.name, email=saved.email))
        return to_person(person.id)
    return person_page("administration/people/edit.html", person.id, form=form), 422


@bp.post("/<id:person_id>/link")
@door(Permission.ADMINISTER_PERSON, subjects_queries.person)
def new_link(person: Subject) -> ResponseReturnValue:
    """By mail, so that nobody but its owner sees it; shown only where no mail is set."""
    if session.is_mail_set():
        email = core_people_queries.person(person.id).email
        return _press(
            person, links_actions.mail_one, _("A link is on its way to %(email)s.", email=email)
        )
    try:
        token = links_actions.renew(session.actor(), person.id, session.now())
    except Conflict as refusal:
        flash_message(message_for(refusal), "error")
        return to_person(person.id)
    return _show_link(person.id, token)


@bp.post("/<id:person_id>/disable")
@door(Permission.ADMINISTER_PERSON, subjects_queries.person)
def disable(person: Subject) -> ResponseReturnValue:
    done = _(
        "The account of %(name)s is disabled, and signed out from the next click on.",
        name=_name(person),
    )
    return _press(person, people_actions.disable, done, undo="admin_people.enable")


@bp.post("/<id:person_id>/enable")
@door(Permission.ADMINISTER_PERSON, subjects_queries.person)
def enable(person: Subject) -> ResponseReturnValue:
    done = _(
        "The account of %(name)s is enabled. The password is the one it had.", name=_name(person)
    )
    to_page = _press(person, people_actions.enable, done, undo="admin_people.disable")
    flash_new_readers()
    return to_page


@bp.post("/<id:person_id>/administrator")
@door(Permission.ADMINISTER_PERSON, subjects_queries.person)
def make_administrator(person: Subject) -> ResponseReturnValue:
    done = _("%(name)s administers the library now.", name=told_apart(_name(person), person.id))
    undo = "admin_people.unmake_administrator"
    return _press(person, people_actions.make_administrator, done, undo=undo)


@bp.post("/<id:person_id>/not-administrator")
@door(Permission.ADMINISTER_PERSON, subjects_queries.person)
def unmake_administrator(person: Subject) -> ResponseReturnValue:
    """Who gave up administration themselves can neither come back to the page nor undo it."""
    done = _("%(name)s no longer administers the library.", name=_name(person))
    if person.id == session.actor().person_id:
        return _press(person, people_actions.unmake_administrator, done, to="dashboard.index")
    undo = "admin_people.make_administrator"
    return _press(person, people_actions.unmake_administrator, done, undo=undo)


def _new_page(form: NewPersonForm) -> str:
    return render("administration/people/new.html", form=form, is_mail_set=session.is_mail_set())


def _show_link(person_id: int, token: str) -> ResponseReturnValue:
    """The one time that the link can be read: it is neither stored nor kept in a cookie, so there
    is no redirect."""
    address = current_app.config["ORIGIN"] + url_for("invitations.show", token=token)
    return whole_person_page("administration/people/link.html", person_id, address=address)


@legal_holds.get("", endpoint="show")
@door(Permission.ADMINISTER_PERSON, subjects_queries.person)
def show_legal_holds(person: Subject) -> ResponseReturnValue:
    return _legal_hold_page(person, LegalHoldForm())


@legal_holds.post("", endpoint="begin")
@door(Permission.ADMINISTER_PERSON, subjects_queries.person)
def begin_legal_hold(person: Subject) -> ResponseReturnValue:
    form, actor, now = LegalHoldForm(), session.actor(), session.now()
    done = _("The legal hold is set. What they erase is kept until it ends.")
    to, why = url_for("legal_holds.show", person_id=person.id), form.why.data
    page = saved(
        form, lambda: people_actions.begin_legal_hold(actor, person.id, why, now), done, to
    )
    return page or (_legal_hold_page(person, form), 422)


@legal_holds.post("/end", endpoint="end")
@door(Permission.ADMINISTER_PERSON, subjects_queries.person)
def end_legal_hold(person: Subject) -> ResponseReturnValue:
    actor, folder, now = session.actor(), current_app.config["FILES"], session.now()
    return pressed(
        lambda: people_actions.end_legal_hold(actor, person.id, folder, now),
        _("The legal hold ended. What was erased while it was open is now erased for good."),
        url_for("legal_holds.show", person_id=person.id),
    )


def _press(
    person: Subject,
    act: Callable[[Actor, int, dt.datetime], object],
    done: str,
    *,
    to: str = "",
    undo: str = "",
) -> ResponseReturnValue:
    """`undo`: the endpoint of the reverse act. `to`: the endpoint to go to, without it their
    page."""
    return pressed(
        lambda: act(session.actor(), person.id, session.now()),
        done,
        url_for(to) if to else url_for("admin_people.show", person_id=person.id),
        Undo(url_for(undo, person_id=person.id)) if undo else None,
    )


def _name(person: Subject) -> str:
    return core_people_queries.person(person.id).name


def _legal_hold_page(person: Subject, form: LegalHoldForm) -> str:
    holds = people_queries.legal_holds(person.id)
    return person_page(
        "administration/people/legal_hold.html",
        person.id,
        form=form,
        open_hold=next((hold for hold in holds if hold.ended_at is None), None),
        ended=[hold for hold in holds if hold.ended_at is not None],
    )
