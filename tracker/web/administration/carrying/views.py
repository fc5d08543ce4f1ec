"""People move to a new version of their framework: planned, called off, watched and undone."""

import datetime as dt

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.policy import permissions
from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.administration import people, team_tree
from tracker.queries.frameworks import carrying_progress, version_steps
from tracker.queries.frameworks.version_steps import CarryingScope, VersionStep
from tracker.rules.errors import Invalid
from tracker.rules.frameworks.carrying import CarryingStatus
from tracker.rules.pace import LEARNER_SECONDS, minutes_for
from tracker.rules.roles import Permission
from tracker.services.frameworks import carrying as service
from tracker.web.administration.carrying.forms import AFTER_ROUND, NOW, ON_A_DATE, CarryForm
from tracker.web.administration.carrying.labels import STATUSES
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message
from tracker.web.http.form_actions import accepted, pressed
from tracker.web.i18n.render import render
from tracker.web.ui import fields
from tracker.web.ui.templating.dates import day

bp = Blueprint("carrying", __name__, url_prefix="/admin/versions")


@bp.get("")
@door(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    library_id = session.actor().library_id
    return render(
        "administration/carrying/index.html",
        steps=version_steps.to_move(library_id, session.today()),
        carryings=carrying_progress.listed(library_id),
        under_way=carrying_progress.under_way(library_id),
        statuses=STATUSES,
    )


@bp.get("/new")
@door(Permission.ADMINISTER)
def new() -> ResponseReturnValue:
    form = CarryForm(request.args)
    return _page(form, _step(form))


@bp.post("")
@door(Permission.ADMINISTER)
def create() -> ResponseReturnValue:
    form = CarryForm()
    step = _step(form)
    _offer(form, step)
    done = accepted(form, lambda: _plan(form, step))
    if done is None:
        return _page(form, step), 422
    return redirect(url_for("carrying.show", carrying_id=done[0]), 303)


@bp.get("/<id:carrying_id>")
@door(Permission.ADMINISTER_LIBRARY, subjects.carrying)
def show(carrying: Subject) -> ResponseReturnValue:
    found = carrying_progress.detail(carrying.id)
    return render(
        "administration/carrying/show.html",
        found=found,
        statuses=STATUSES,
        begins_now=found.starts_on <= session.today(),
        stays=carrying_progress.stays(carrying.id) if found.status is CarryingStatus.DONE else 0,
        staying=carrying_progress.staying(carrying.id)
        if found.status is CarryingStatus.UNDONE
        else [],
        in_round=version_steps.open_round(
            session.actor().library_id, found.from_id, max(found.starts_on, session.today())
        ),
    )


@bp.post("/<id:carrying_id>/call-off")
@door(Permission.ADMINISTER_LIBRARY, subjects.carrying)
def call_off(carrying: Subject) -> ResponseReturnValue:
    return pressed(
        lambda: service.call_off(session.actor(), carrying.id, session.now()),
        _("It is called off. Everybody stays on the version that they are on."),
        url_for("carrying.show", carrying_id=carrying.id),
    )


@bp.post("/<id:carrying_id>/undo")
@door(Permission.ADMINISTER_LIBRARY, subjects.carrying)
def undo(carrying: Subject) -> ResponseReturnValue:
    return pressed(
        lambda: service.undo(session.actor(), carrying.id, session.now()),
        _("It is being undone, person by person."),
        url_for("carrying.show", carrying_id=carrying.id),
    )


def _step(form: CarryForm) -> VersionStep:
    """The versions that the address or the form names."""
    asked = form.from_id.data, form.to_id.data
    found = version_steps.steps(session.actor().library_id, session.today())
    step = next((each for each in found if (each.from_id, each.to_id) == asked), None)
    return step or abort(404)


def _scope(step: VersionStep, form: CarryForm | None = None) -> CarryingScope:
    return CarryingScope(
        session.actor().library_id,
        step.from_id,
        step.to_id,
        form.team_id.data if form else None,
        form.person_id.data if form else None,
    )


def _offer(form: CarryForm, step: VersionStep) -> None:
    teams = team_tree.choices(session.actor(), session.today())
    form.team_id.choices = fields.choices([("", _("Everybody in the library")), *teams])
    first = (NOW, _("Now"))
    if step.round is not None and step.round_ends_on is not None:
        ends = _("When %(round)s ends: %(day)s", round=step.round, day=day(_after(step)))
        first = (AFTER_ROUND, ends)
    form.when.choices = fields.choices([first, (ON_A_DATE, _("On another date"))])
    if form.when.data is None:
        form.when.data = first[0]


def _plan(form: CarryForm, step: VersionStep) -> int:
    starts_on = {NOW: session.today(), AFTER_ROUND: _after(step), ON_A_DATE: form.starts_on.data}[
        form.when.data
    ]
    if starts_on is None:
        raise Invalid("carrying_day_needed", "starts_on")
    try:
        made = service.plan(session.actor(), _scope(step, form), starts_on, session.now())
    except Invalid as refusal:
        until = refusal.facts.get("day")
        if not isinstance(until, dt.date):
            raise
        said = {**refusal.facts, "day": day(until)}
        raise Invalid(refusal.code, refusal.field, **said) from refusal
    if starts_on == session.today():
        flash_message(_("It begins now, in the background. You can leave this page."))
    else:
        flash_message(
            _("Planned for %(day)s. You can call it off any time before.", day=day(starts_on))
        )
    return made


def _after(step: VersionStep) -> dt.date:
    """The day after the round that is open."""
    last = step.round_ends_on
    return session.today() if last is None else last + dt.timedelta(days=1)


def _page(form: CarryForm, step: VersionStep) -> str:
    _offer(form, step)
    whom = None
    if form.person_id.data is not None:
        whom = _person(form.person_id.data)
    to_rate = version_steps.to_rate(step.from_id, step.to_id, session.actor().library_id)
    return render(
        "administration/carrying/new.html",
        form=form,
        step=step,
        whom=whom,
        people=len(version_steps.people(_scope(step, form), session.today())),
        to_rate=to_rate,
        minutes=minutes_for(to_rate.again + to_rate.new, LEARNER_SECONDS),
        first_day=_after(step),
    )


def _person(person_id: int) -> str:
    subject = subjects.person(person_id, session.today())
    actor = session.actor()
    if subject is None or not permissions.allows(actor, Permission.ADMINISTER_PERSON, subject):
        abort(404)
    return people.detail(person_id, session.now()).name
