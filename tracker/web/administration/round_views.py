"""Rounds, for the administrator."""

import datetime as dt
from typing import Any

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.administration import role_profiles, rounds
from tracker.queries.administration.rounds import Period
from tracker.queries.teams.rounds.load import expected
from tracker.rules.calendar import clean_period
from tracker.rules.reviews.round_load import RoundLoad, round_load
from tracker.rules.reviews.sending import SUGGESTED
from tracker.rules.roles import Permission
from tracker.services.administration import rounds as service
from tracker.web.administration.role_profile_forms import RoundForm
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message
from tracker.web.http.form_actions import accepted
from tracker.web.i18n.content_language import mark
from tracker.web.i18n.render import render
from tracker.web.ui import fields

bp = Blueprint("admin_rounds", __name__, url_prefix="/admin/rounds")


@bp.get("")
@door(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    periods = rounds.listed(session.actor())
    return render(
        "administration/rounds/index.html",
        periods=periods,
        frameworks={period.id: period.frameworks for period in periods},
    )


@bp.get("/new")
@door(Permission.ADMINISTER)
def new() -> ResponseReturnValue:
    return render("administration/rounds/new.html", form=_form(RoundForm()))


@bp.post("")
@door(Permission.ADMINISTER)
def create() -> ResponseReturnValue:
    form = _form(RoundForm())
    if form.preview.data:
        return _preview(form)
    if accepted(form, lambda: service.create(session.actor(), **_values(form))):
        flash_message(_("The round %(name)s is added.", name=form.name.data))
        return redirect(url_for("admin_rounds.index"), 303)
    return render("administration/rounds/new.html", form=form), 422


@bp.get("/<id:round_id>")
@door(Permission.ADMINISTER_LIBRARY, subjects.round_)
def edit(round: Subject) -> ResponseReturnValue:  # noqa: A002  (named as the address names it)
    found = rounds.detail(round.id)
    return _edit_page(_form(RoundForm(obj=found)), found, _load(found))


@bp.post("/<id:round_id>")
@door(Permission.ADMINISTER_LIBRARY, subjects.round_)
def update(round: Subject) -> ResponseReturnValue:  # noqa: A002
    form = _form(RoundForm())
    if form.preview.data:
        return _preview(form, rounds.detail(round.id))
    if accepted(form, lambda: service.edit(session.actor(), round.id, **_values(form))):
        flash_message(_("The round %(name)s is saved.", name=form.name.data))
        return redirect(url_for("admin_rounds.index"), 303)
    return _edit_page(form, rounds.detail(round.id)), 422


def _edit_page(form: RoundForm, period: Period, load: RoundLoad | None = None) -> str:
    return render(
        "administration/rounds/edit.html", form=form, period=period, load=load, most=SUGGESTED
    )


def _preview(form: RoundForm, period: Period | None = None) -> ResponseReturnValue:
    """The form as it was sent, with what the round would cost; nothing is saved."""
    load = accepted(form, lambda: _load_of(form))
    status = 422 if load is None else 200
    found = load[0] if load else None
    if period is not None:
        return _edit_page(form, period, found), status
    return render("administration/rounds/new.html", form=form, load=found, most=SUGGESTED), status


def _load_of(form: RoundForm) -> RoundLoad:
    """Raises Invalid: day_far, dates_not_in_order."""
    first, last = form.starts_on.data, form.ends_on.data
    clean_period(first, last)
    return _worked_out(form.framework_ids.data, first, last)


def _load(period: Period) -> RoundLoad | None:
    """None once it is over."""
    if period.phase(session.today()) == "over":
        return None
    return _worked_out(period.framework_ids, period.starts_on, period.ends_on)


def _worked_out(framework_ids: list[int], first: dt.date, last: dt.date) -> RoundLoad:
    """Of those who learn when it begins, or today where it has begun."""
    on = max(first, session.today())
    return round_load(expected(session.actor(), framework_ids, on), first, last)


def _form(form: RoundForm) -> RoundForm:
    """Hand in the choices. Where there is one alone, or all are on one, a new round is for it."""
    found = role_profiles.frameworks(session.actor(), session.today())
    form.framework_ids.choices = fields.choices(
        (each.id, _("%(framework)s (hidden)", framework=label) if each.is_hidden else label)
        for each in found
        for label in [mark(each.label, each.lang)]
    )
    used = [each for each in found if each.is_used] or found
    if len(used) == 1 and not form.framework_ids.data and not form.is_submitted():
        form.framework_ids.data = [used[0].id]
    return form


def _values(form: RoundForm) -> dict[str, Any]:
    names = ("name", "framework_ids", "starts_on", "ends_on", "figures_on")
    return {name: form[name].data for name in names} | {"now": session.now()}
