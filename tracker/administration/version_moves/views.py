"""People move to another version of their framework, and back: seen first, then done at once, or
planned."""

import datetime as dt

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext

from tracker.administration.version_moves import actions as service, pages
from tracker.administration.version_moves.forms import MoveTime, VersionMoveForm
from tracker.frameworks.versions import (
    queries_moves as planned_moves,
    queries_steps as version_steps,
)
from tracker.frameworks.versions.queries_steps import VersionStep
from tracker.rules.errors import Conflict, Invalid
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import put_on
from tracker.web.http.form_actions import pressed, saved
from tracker.web.i18n.render import render
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
        planned=planned_moves.listed(library_id, session.today()),
        planned_title=pages.planned_title,
        planned_notes=pages.planned_notes,
        past=planned_moves.past_moves(library_id),
    )


@bp.get("/new")
@door(Permission.ADMINISTER)
def new() -> ResponseReturnValue:
    form = VersionMoveForm(request.args, meta={"csrf": False})
    step = _step(form)
    if "team_id" in request.args:
        try:
            _team_is_chosen(form)
        except Invalid as refusal:
            put_on(form, refusal)
    return pages.move_page(form, step)


@bp.post("")
@door(Permission.ADMINISTER)
def create() -> ResponseReturnValue:
    form = VersionMoveForm()
    step = _step(form)
    pages.offer_teams(form)
    page = saved(form, lambda: _move(form, step), str, url_for("version_moves.index"))
    return page or (pages.move_page(form, step), 422)


@bp.post("/planned/<id:planned_id>/cancel")
@door(Permission.ADMINISTER)
def cancel(planned_id: int) -> ResponseReturnValue:
    actor, today = session.actor(), session.today()
    planned = planned_moves.listed(actor.library_id, today)
    others = sum(move.id != planned_id for move in planned)
    done = _("The planned move is canceled. Nobody moves.")
    if others:
        done = ngettext(
            "The planned move is canceled. %(num)d other move stays planned.",
            "The planned move is canceled. %(num)d other moves stay planned.",
            others,
        )
    to = url_for("version_moves.index")
    return pressed(lambda: service.cancel(actor, planned_id, session.now()), done, to)


def _step(form: VersionMoveForm) -> VersionStep:
    """Between the versions that the address or the form names. Raises Conflict("move_done") where
    nobody is left on the first of them."""
    steps = {
        (step.from_id, step.to_id): step
        for step in version_steps.steps(session.actor().library_id, session.today())
    }
    back = steps.get((form.to_id.data, form.from_id.data))
    step = steps.get((form.from_id.data, form.to_id.data))
    if step is None and back is not None:
        raise Conflict("move_done", version=back.before)
    return step or abort(404)


def _team_is_chosen(form: VersionMoveForm) -> None:
    """Raises Invalid("move_team_needed") where one is to go first."""
    if form.first.data and form.team_id.data is None:
        raise Invalid("move_team_needed", "team_id")


def _move(form: VersionMoveForm, step: VersionStep) -> str:
    """What was done, in words."""
    actor, scope, now = session.actor(), pages.scope_of(step, form), session.now()
    newcomers, when = form.newcomers.data, form.when.data
    _team_is_chosen(form)
    if when == MoveTime.DAY and form.on.data is None:
        raise Invalid("move_day_needed", "on")
    if when != MoveTime.DAY and form.on.data is not None:
        raise Invalid("move_day_not_chosen", "on")
    try:
        if when in (MoveTime.DAY, MoveTime.ROUND_ENDS):
            on = form.on.data if when == MoveTime.DAY else None
            count, due_on = service.plan(actor, scope, on, now, newcomers=newcomers)
            planned: str = ngettext(
                "Planned: %(num)d person moves to version %(after)s on %(day)s.",
                "Planned: %(num)d people move to version %(after)s on %(day)s.",
                count,
                after=step.after,
                day=day(due_on),
            )
            return planned
        seen = form.seen.data or "-"
        count = service.move(actor, scope, now, seen=seen, newcomers=newcomers)
        moved: str = ngettext(
            "%(num)d person is on version %(after)s now. You can move them back at any time.",
            "%(num)d people are on version %(after)s now. You can move them back at any time.",
            count,
            after=step.after,
        )
        return moved
    except Invalid as refusal:
        if isinstance(until := refusal.facts.get("day"), dt.date):
            refusal.facts["day"] = day(until)
        raise
