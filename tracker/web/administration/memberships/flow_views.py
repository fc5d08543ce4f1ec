"""Somebody moves to another team or job, or comes back: each is one act."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.administration import people
from tracker.rules.roles import Permission
from tracker.services.administration import memberships
from tracker.web.administration.memberships import pages
from tracker.web.administration.people_forms import ROLES, MembershipForm
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message
from tracker.web.http.form_actions import accepted
from tracker.web.i18n.render import render
from tracker.web.ui import fields
from tracker.web.ui.people.closed_records import flash_new_readers
from tracker.web.ui.templating.dates import day

bp = Blueprint("membership_flows", __name__, url_prefix="/admin")


class MoveForm(MembershipForm):
    """`starts_on` is the last day of the membership that ends."""

    starts_on = fields.day(_l("Last day as it is now"), _l("Enter the last day."))


@bp.get("/memberships/<id:membership_id>/move")
@door(Permission.ADMINISTER_PERSON, subjects.membership)
def move(membership: Subject) -> ResponseReturnValue:
    found = people.membership(membership.id)
    form = pages.with_choices(MoveForm(obj=found), found)
    form.starts_on.data = max(session.today(), found.starts_on)
    form.ends_on.data = None
    return render("administration/memberships/move.html", form=form, membership=found, roles=ROLES)


@bp.post("/memberships/<id:membership_id>/move")
@door(Permission.ADMINISTER_PERSON, subjects.membership)
def move_now(membership: Subject) -> ResponseReturnValue:
    found = people.membership(membership.id)
    form = pages.with_choices(MoveForm(), found)
    last = form.starts_on.data
    done = accepted(
        form,
        lambda: memberships.move(
            session.actor(), membership.id, form.starts_on.data, pages.terms(form), session.now()
        ),
    )
    if done is None:
        return render(
            "administration/memberships/move.html", form=form, membership=found, roles=ROLES
        ), 422
    begun = people.membership(done[0])
    flash_message(
        _(
            "%(name)s is in %(team)s until %(last)s, and in %(new)s from %(first)s.",
            name=found.person,
            team=found.team,
            last=day(last),
            new=begun.team,
            first=day(begun.starts_on),
        )
    )
    flash_new_readers()
    return redirect(url_for("admin_people.show", person_id=found.person_id), 303)


@bp.get("/people/<id:person_id>/return")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def come_back(person: Subject) -> ResponseReturnValue:
    form = pages.with_choices(MembershipForm(starts_on=session.today()))
    return _return_page(person, form)


@bp.post("/people/<id:person_id>/return")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def come_back_now(person: Subject) -> ResponseReturnValue:
    form = pages.with_choices(MembershipForm())
    done = accepted(
        form,
        lambda: memberships.bring_back(
            session.actor(), person.id, pages.terms(form), session.now()
        ),
    )
    if done is None:
        return _return_page(person, form), 422
    begun = people.membership(done[0])
    flash_message(
        _(
            "%(name)s is back: in %(team)s from %(first)s. The account is enabled.",
            name=begun.person,
            team=begun.team,
            first=day(begun.starts_on),
        )
    )
    flash_new_readers()
    return redirect(url_for("admin_people.show", person_id=person.id), 303)


def _return_page(person: Subject, form: MembershipForm) -> str:
    found = people.detail(person.id, session.now())
    return render("administration/memberships/return.html", form=form, person=found)
