"""Rounds, for the administrator."""

import datetime as dt
from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.administration.role_profiles import queries as role_profiles_queries
from tracker.administration.rounds import actions as rounds_actions, queries as rounds_queries
from tracker.administration.rounds.forms import RoundForm
from tracker.administration.rounds.queries import expected
from tracker.policy.permissions import Subject
from tracker.queries.access import subjects as subjects_queries
from tracker.reviews.queue.rules import RoundLoad, round_load
from tracker.reviews.sending.rules import SUGGESTED
from tracker.rules.calendar import clean_period
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.form_actions import accepted, saved
from tracker.web.i18n.content_language import mark
from tracker.web.i18n.render import render

bp = Blueprint("admin_rounds", __name__, url_prefix="/admin/rounds")


@bp.get("")
@door(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    periods = rounds_queries.listed(session.actor())
    return render(
        "administration/rounds/index.html",
        periods=periods,
        frameworks=rounds_queries.frameworks_of([period.id for period in periods]),
    )


@bp.get("/new")
@door(Permission.ADMINISTER)
def new() -> ResponseReturnValue:
    return _page(_form())


@bp.post("")
@door(Permission.ADMINISTER)
def create() -> ResponseReturnValue:
    form, actor, now = _form(), session.actor(), session.now()
    if form.preview.data:
        return _preview(form)
    done, to = _("The round %(name)s is added.", name=form.name.data), url_for("admin_rounds.index")
    page = saved(
        form, lambda: rounds_actions.create(actor, now=now, **form.values("preview")), done, to
    )
    return page or (_page(form), 422)


@bp.get("/<id:round_id>")
@door(Permission.ADMINISTER_LIBRARY, subjects_queries.round_)
def edit(round: Subject) -> ResponseReturnValue:  # noqa: A002  (named as the address names it)
    period = rounds_queries.detail(round.id)
    versions = [version.id for version in rounds_queries.frameworks_of([round.id])[round.id]]
    is_over = period.ends_on < session.today()
    load = None if is_over else _load(versions, period.starts_on, period.ends_on)
    return _page(_form(obj=period, framework_ids=versions), round.id, load)


@bp.post("/<id:round_id>")
@door(Permission.ADMINISTER_LIBRARY, subjects_queries.round_)
def update(round: Subject) -> ResponseReturnValue:  # noqa: A002
    form, actor, now = _form(), session.actor(), session.now()
    if form.preview.data:
        return _preview(form, round.id)
    done, to = _("The round %(name)s is saved.", name=form.name.data), url_for("admin_rounds.index")
    wanted = form.values("preview")
    page = saved(form, lambda: rounds_actions.edit(actor, round.id, now=now, **wanted), done, to)
    return page or (_page(form, round.id), 422)


def _preview(form: RoundForm, round_id: int | None = None) -> ResponseReturnValue:
    """The form as it was sent, with what the round would cost; nothing is saved."""
    load = accepted(
        form, lambda: _load(form.framework_ids.data, form.starts_on.data, form.ends_on.data)
    )
    return _page(form, round_id, load[0] if load else None), 200 if load else 422


def _page(form: RoundForm, round_id: int | None = None, load: RoundLoad | None = None) -> str:
    title, action, label = _("Add a round"), url_for("admin_rounds.create"), _("Add the round")
    if round_id is not None:
        title, label = rounds_queries.detail(round_id).name, _("Save")
        action = url_for("admin_rounds.update", round_id=round_id)
    return render(
        "administration/rounds/edit.html",
        page_title=title,
        form=form,
        action=action,
        label=label,
        load=load,
        most=SUGGESTED,
    )


def _load(framework_ids: list[int], first: dt.date, last: dt.date) -> RoundLoad:
    """Of those who learn when it begins, or today where it has begun. Raises Invalid: day_far,
    dates_not_in_order."""
    clean_period(first, last)
    on = max(first, session.today())
    return round_load(expected(session.actor(), framework_ids, on), first, last)


def _form(**so_far: Any) -> RoundForm:
    """Hand in the choices. Where there is one alone, or all are on one, a new round is for it."""
    form = RoundForm(**so_far)
    choices = role_profiles_queries.frameworks(session.actor(), session.today())
    labels = [(choice, mark(choice.label, choice.lang)) for choice in choices]
    form.framework_ids.choices = [
        (
            str(choice.id),
            _("%(framework)s (hidden)", framework=label) if choice.is_hidden else label,
        )
        for choice, label in labels
    ]
    used = [choice for choice in choices if choice.is_used] or choices
    if len(used) == 1 and not form.framework_ids.data and not form.is_submitted():
        form.framework_ids.data = [used[0].id]
    return form
