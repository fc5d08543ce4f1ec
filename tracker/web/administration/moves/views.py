"""People move to another version of their framework, and back: seen first, then done at once."""

import datetime as dt

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.policy import permissions
from tracker.queries.access import subjects
from tracker.queries.administration import people, team_tree
from tracker.queries.frameworks import version_steps
from tracker.queries.frameworks.version_steps import MoveScope, VersionStep
from tracker.rules.errors import Invalid
from tracker.rules.pace import LEARNER_SECONDS, minutes_for
from tracker.rules.roles import Permission
from tracker.services.frameworks import moves as service
from tracker.web.administration.moves.forms import VersionMoveForm
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message
from tracker.web.http.form_actions import accepted
from tracker.web.i18n.render import render
from tracker.web.ui import fields
from tracker.web.ui.templating.dates import day

bp = Blueprint("version_moves", __name__, url_prefix="/admin/versions")


@bp.get("")
@door(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    library_id = session.actor().library_id
    used: dict[int, list[VersionStep]] = {}
    counts: dict[int, int] = {}
    for step, count in version_steps.to_move(library_id, session.today()):
        used.setdefault(step.from_id, []).append(step)
        counts[step.from_id] = count
    return render(
        "administration/moves/index.html",
        used=[(counts[from_id], steps) for from_id, steps in used.items()],
        past=version_steps.past_moves(library_id),
    )


@bp.get("/new")
@door(Permission.ADMINISTER)
def new() -> ResponseReturnValue:
    form = VersionMoveForm(request.args, meta={"csrf": False})
    return _page(form, _step(form))


@bp.post("")
@door(Permission.ADMINISTER)
def create() -> ResponseReturnValue:
    form = VersionMoveForm()
    step = _step(form)
    _offer(form)
    done = accepted(form, lambda: _move(form, step))
    if done is None:
        return _page(form, step), 422
    flash_message(
        ngettext(
            "%(num)d person is on version %(after)s now. You can move them back at any time.",
            "%(num)d people are on version %(after)s now. You can move them back at any time.",
            done[0],
            after=step.after,
        )
    )
    return redirect(url_for("version_moves.index"), 303)


def _step(form: VersionMoveForm) -> VersionStep:
    """The versions that the address or the form names."""
    asked = form.from_id.data, form.to_id.data
    found = version_steps.steps(session.actor().library_id, session.today())
    step = next((each for each in found if (each.from_id, each.to_id) == asked), None)
    return step or abort(404)


def _scope(step: VersionStep, form: VersionMoveForm) -> MoveScope:
    return MoveScope(
        session.actor().library_id, step.from_id, step.to_id, form.team_id.data, form.person_id.data
    )


def _offer(form: VersionMoveForm) -> None:
    teams = team_tree.choices(session.actor(), session.today())
    form.team_id.choices = fields.choices([("", _("Everybody in the library")), *teams])


def _move(form: VersionMoveForm, step: VersionStep) -> int:
    try:
        return service.move(
            session.actor(),
            _scope(step, form),
            session.now(),
            seen=form.seen.data or "-",
            newcomers=form.newcomers.data,
        )
    except Invalid as refusal:
        until = refusal.facts.get("day")
        if not isinstance(until, dt.date):
            raise
        said = {**refusal.facts, "day": day(until)}
        raise Invalid(refusal.code, refusal.field, **said) from refusal


def _page(form: VersionMoveForm, step: VersionStep) -> str:
    _offer(form)
    scope = _scope(step, form)
    whom = _person(scope.person_id) if scope.person_id is not None else None
    found = version_steps.people(scope, session.today())
    to_rate = version_steps.to_rate(step.from_id, step.to_id, scope.library_id)
    return render(
        "administration/moves/new.html",
        form=form,
        step=step,
        scope=scope,
        whom=whom,
        people=len(found),
        seen=version_steps.digest(scope, found),
        to_rate=to_rate,
        minutes=minutes_for(to_rate.again + to_rate.new, LEARNER_SECONDS),
    )


def _person(person_id: int) -> str:
    subject = subjects.person(person_id, session.today())
    actor = session.actor()
    if subject is None or not permissions.allows(actor, Permission.ADMINISTER_PERSON, subject):
        abort(404)
    return people.detail(person_id, session.now()).name
