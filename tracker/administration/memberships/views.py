"""What somebody is in a team: add, correct, end; move to another, come back; and one change for
the people ticked in the list."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext

from tracker.administration.memberships import (
    actions as memberships_actions,
    pages as memberships_pages,
    queries as memberships_queries,
)
from tracker.administration.memberships.forms import (
    OBSTACLES,
    BulkEditForm,
    EndForm,
    MembershipForm,
    MoveForm,
)
from tracker.administration.memberships.pages import with_choices
from tracker.administration.people.forms import ROLES
from tracker.administration.people.pages import person_page
from tracker.policy.permissions import Subject
from tracker.queries.access import subjects as subjects_queries
from tracker.queries.core import people as core_people_queries
from tracker.queries.core.people import MembershipDetails
from tracker.rules.errors import Refusal
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message, message_for
from tracker.web.http.form_actions import accepted
from tracker.web.i18n.render import render
from tracker.web.ui import fields
from tracker.web.ui.people import flash_new_readers
from tracker.web.ui.templating.dates import day

bp = Blueprint("admin_memberships", __name__, url_prefix="/admin")
flows = Blueprint("membership_flows", __name__, url_prefix="/admin")
bulk = Blueprint("bulk_edits", __name__, url_prefix="/admin/people-together")


@bp.get("/people/<id:person_id>/memberships/new")
@door(Permission.ADMINISTER_PERSON, subjects_queries.person)
def new(person: Subject) -> ResponseReturnValue:
    return _new_page(person, MembershipForm(starts_on=session.today()))


@bp.post("/people/<id:person_id>/memberships")
@door(Permission.ADMINISTER_PERSON, subjects_queries.person)
def create(person: Subject) -> ResponseReturnValue:
    form = with_choices(MembershipForm())
    added = accepted(
        form,
        lambda: memberships_actions.add(session.actor(), person.id, form.terms(), session.now()),
    )
    if added is None:
        return _new_page(person, form), 422
    return memberships_pages.done(
        person.id,
        memberships_pages.added(core_people_queries.membership(added[0]), session.today()),
    )


@bp.get("/memberships/<id:membership_id>")
@door(Permission.ADMINISTER_PERSON, subjects_queries.membership)
def edit(membership: Subject) -> ResponseReturnValue:
    return _edit_page(core_people_queries.membership(membership.id))


@bp.post("/memberships/<id:membership_id>")
@door(Permission.ADMINISTER_PERSON, subjects_queries.membership)
def update(membership: Subject) -> ResponseReturnValue:
    """Also undoes a correction or an ending (`still`), while nothing else has changed since."""
    before, actor, now = (
        core_people_queries.membership(membership.id),
        session.actor(),
        session.now(),
    )
    form, still = _with_closed_team(MembershipForm(), before), request.form.get("still")
    if still is None:
        if not accepted(
            form, lambda: memberships_actions.correct(actor, before.id, form.terms(), now)
        ):
            return _edit_page(before, form), 422
        after = core_people_queries.membership(before.id)
        undo = memberships_pages.as_it_was(before, after)
        return memberships_pages.done(
            before.person_id, memberships_pages.corrected(before, after), undo
        )
    if not form.validate():
        return _edit_page(before, form), 422
    try:
        memberships_actions.correct(actor, before.id, form.terms(), now, still=still)
    except Refusal as refusal:
        flash_message(message_for(refusal), "error")
        return redirect(url_for("admin_memberships.edit", membership_id=before.id), 303)
    team = core_people_queries.membership(before.id).team
    undone = _("Undone: %(name)s is in %(team)s as before.", name=before.person, team=team)
    return memberships_pages.done(before.person_id, undone)


@bp.post("/memberships/<id:membership_id>/end")
@door(Permission.ADMINISTER_PERSON, subjects_queries.membership)
def end(membership: Subject) -> ResponseReturnValue:
    before, ending = core_people_queries.membership(membership.id), EndForm(prefix="end")
    last = ending.ends_on.data
    if not accepted(
        ending, lambda: memberships_actions.end(session.actor(), before.id, last, session.now())
    ):
        return _edit_page(before, ending=ending), 422
    ended = _(
        "The last day of %(name)s in %(team)s is %(day)s.",
        name=before.person,
        team=before.team,
        day=day(last),
    )
    undo = memberships_pages.as_it_was(before, core_people_queries.membership(before.id))
    return memberships_pages.done(before.person_id, ended, undo)


@flows.get("/memberships/<id:membership_id>/move")
@door(Permission.ADMINISTER_PERSON, subjects_queries.membership)
def move(membership: Subject) -> ResponseReturnValue:
    before = core_people_queries.membership(membership.id)
    form = with_choices(MoveForm(obj=before), before)
    form.starts_on.data = max(session.today(), before.starts_on)
    form.ends_on.data = None
    return _move_page(form, before)


@flows.post("/memberships/<id:membership_id>/move")
@door(Permission.ADMINISTER_PERSON, subjects_queries.membership)
def move_now(membership: Subject) -> ResponseReturnValue:
    before, actor, now = (
        core_people_queries.membership(membership.id),
        session.actor(),
        session.now(),
    )
    form = with_choices(MoveForm(), before)
    last = form.starts_on.data
    moved = accepted(
        form, lambda: memberships_actions.move(actor, before.id, last, form.terms(), now)
    )
    if moved is None:
        return _move_page(form, before), 422
    after = core_people_queries.membership(moved[0])
    sentence = _(
        "%(name)s is in %(team)s until %(last)s, and in %(new)s from %(first)s.",
        name=before.person,
        team=before.team,
        last=day(last),
        new=after.team,
        first=day(after.starts_on),
    )
    return memberships_pages.done(before.person_id, sentence)


@flows.get("/people/<id:person_id>/return")
@door(Permission.ADMINISTER_PERSON, subjects_queries.person)
def come_back(person: Subject) -> ResponseReturnValue:
    return _new_page(person, MembershipForm(starts_on=session.today()), is_back=True)


@flows.post("/people/<id:person_id>/return")
@door(Permission.ADMINISTER_PERSON, subjects_queries.person)
def come_back_now(person: Subject) -> ResponseReturnValue:
    form, actor, now = with_choices(MembershipForm()), session.actor(), session.now()
    added = accepted(
        form, lambda: memberships_actions.add(actor, person.id, form.terms(), now, is_back=True)
    )
    if added is None:
        return _new_page(person, form, is_back=True), 422
    membership = core_people_queries.membership(added[0])
    sentence = _(
        "%(name)s is back: in %(team)s from %(first)s. The account is enabled.",
        name=membership.person,
        team=membership.team,
        first=day(membership.starts_on),
    )
    return memberships_pages.done(person.id, sentence)


@bulk.get("", endpoint="edit")
@door(Permission.ADMINISTER)
def edit_several() -> ResponseReturnValue:
    form = with_choices(BulkEditForm(request.args, meta={"csrf": False}))
    if not memberships_queries.chosen(session.actor(), form.ticked):
        flash_message(_("Tick the people to change first."), "info")
        return redirect(url_for("admin_people.index"), 303)
    return _bulk_page(form, is_valid="change" in request.args and form.validate())


@bulk.post("", endpoint="apply")
@door(Permission.ADMINISTER)
def apply() -> ResponseReturnValue:
    form = with_choices(BulkEditForm())
    actor, seen, now = session.actor(), form.seen.data or "", session.now()
    changed = accepted(
        form, lambda: memberships_actions.edit_all(actor, form.ticked, form.edit(), seen, now)
    )
    if changed is None:
        return _bulk_page(form, is_valid=not any(field.errors for field in form)), 422
    flash_message(ngettext("%(num)d person changed.", "%(num)d people changed.", changed[0]))
    flash_new_readers()
    return redirect(url_for("admin_people.index"), 303)


def _new_page(person: Subject, form: MembershipForm, *, is_back: bool = False) -> str:
    name = "return" if is_back else "new"
    template = f"administration/memberships/{name}.html"
    return person_page(template, person.id, form=with_choices(form))


def _with_closed_team(form: MembershipForm, kept: MembershipDetails) -> MembershipForm:
    """The team that the membership is in stays among the choices, though closed."""
    with_choices(form, kept)
    if str(kept.team_id) not in {choice.value for choice in form.team_id.choices}:
        closed = _("%(team)s (closed)", team=kept.team)
        form.team_id.choices += fields.choices([(kept.team_id, closed)])
    return form


def _edit_page(
    membership: MembershipDetails, form: MembershipForm | None = None, ending: EndForm | None = None
) -> str:
    last = membership.ends_on or max(session.today(), membership.starts_on)
    return render(
        "administration/memberships/edit.html",
        form=form or _with_closed_team(MembershipForm(formdata=None, obj=membership), membership),
        ending=ending or EndForm(formdata=None, prefix="end", ends_on=last),
        membership=membership,
    )


def _move_page(form: MoveForm, membership: MembershipDetails) -> str:
    template = "administration/memberships/move.html"
    return render(template, form=form, membership=membership, roles=ROLES)


def _bulk_page(form: BulkEditForm, *, is_valid: bool) -> str:
    actor, edit = session.actor(), form.edit() if is_valid else None
    plan = (
        []
        if edit is None
        else memberships_queries.planned(actor, form.ticked, edit, session.today())
    )
    labels = {choice.value: str(choice.label) for choice in form.to.choices} if form.to else {}
    return render(
        "administration/memberships/bulk.html",
        form=form,
        people=memberships_queries.chosen(actor, form.ticked),
        edit=edit,
        plan=plan,
        seen=memberships_queries.digest(plan),
        can_be_done=bool(plan) and not any(planned.obstacle for planned in plan),
        changing=sum(not planned.is_same for planned in plan),
        to=labels.get(str(edit.to_id), "") if edit else "",
        roles=ROLES,
        obstacles=OBSTACLES,
    )
