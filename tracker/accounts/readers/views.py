"""Who is to read whose record and has to wait: for the person, and for administrators whose yes
opens it sooner and who decide about an objection."""

import re
from collections.abc import Iterable
from itertools import groupby

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l, ngettext

from tracker.accounts.readers import actions as readers_actions
from tracker.policy.permissions import Subject
from tracker.queries.access import openings as openings_queries, subjects as subjects_queries
from tracker.queries.access.openings import Opening
from tracker.queries.core import seals as seals_queries
from tracker.rules.core.notices import NoticePage
from tracker.rules.core.openings import OBJECT_WITHIN, OpeningDecision
from tracker.rules.errors import Missing
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door, note_opened
from tracker.web.http.errors import refusal_messages
from tracker.web.http.form_actions import pressed
from tracker.web.i18n.render import render
from tracker.web.ui.labels import AS_ROLE

ID = re.compile("[1-9][0-9]{0,9}")
own = Blueprint("own_readers", __name__, url_prefix="/account/readers")
bp = Blueprint("readers", __name__, url_prefix="/readers")

refusal_messages(
    nothing_to_open=_l("Choose a reader first. If you did, somebody has opened these by now."),
    objection_late=_l(
        "You can object for 30 days after you were told. Ask an administrator if this person "
        "shouldn’t read your record."
    ),
    objection_over=_l("This was decided already."),
)


@own.get("")
@door(Permission.SIGNED_IN)
def index() -> ResponseReturnValue:
    note_opened(NoticePage.OWN_READERS)
    now = session.now()
    readers = openings_queries.of_me(session.actor().person_id, now)
    return render(
        "readers/own.html",
        readers=readers,
        changed=seals_queries.changed_rights([one.reader_id for one in readers]),
        since=now - OBJECT_WITHIN,
        roles=AS_ROLE,
    )


@own.post("/<id:opening_id>/open")
@door(Permission.ACCOUNT_OWN, subjects_queries.record_opening)
def open_(opening: Subject) -> ResponseReturnValue:
    return pressed(
        lambda: readers_actions.open_own(session.actor(), opening.id, session.now()),
        _("Your record is open to them now."),
        url_for("own_readers.index"),
    )


@own.post("/<id:opening_id>/object")
@door(Permission.ACCOUNT_OWN, subjects_queries.record_opening)
def object_(opening: Subject) -> ResponseReturnValue:
    return pressed(
        lambda: readers_actions.object_to(session.actor(), opening.id, session.now()),
        _(
            "Your record stays closed to them until somebody else decides, within 7 days. They "
            "aren’t told who objected."
        ),
        url_for("own_readers.index"),
    )


@bp.get("")
@door(Permission.OPENINGS_READ)
def queue() -> ResponseReturnValue:
    note_opened(NoticePage.READERS)
    actor, now = session.actor(), session.now()
    return render(
        "readers/index.html",
        objections=openings_queries.objections(actor, now),
        readers=_by_reader(openings_queries.openable(actor, now)),
        of_operator=len(openings_queries.asked_of_operator(now, actor.person_id))
        if actor.operator
        else 0,
        given=_by_reader(openings_queries.given_by(actor, now)),
        roles=AS_ROLE,
    )


@bp.post("/open")
@door(Permission.ADMINISTER)
def open_chosen() -> ResponseReturnValue:
    ids = [int(value) for value in request.form.getlist("reader") if ID.fullmatch(value)]
    return pressed(
        lambda: readers_actions.open_to(session.actor(), ids, session.now()),
        lambda count: ngettext("%(num)d record is open.", "%(num)d records are open.", count),
        url_for("readers.queue"),
    )


@bp.post("/<id:opening_id>/decide")
@door(Permission.ADMINISTER_PERSON, subjects_queries.record_opening)
def decide(opening: Subject) -> ResponseReturnValue:
    decision = _decision()
    return pressed(
        lambda: readers_actions.decide(session.actor(), opening.id, decision, session.now()),
        _("Decided: they may read this record. The person is told.")
        if decision is OpeningDecision.OPENED
        else _("Decided: the record stays closed to them. The person is told."),
        url_for("readers.queue"),
    )


def _by_reader(waiting: Iterable[Opening]) -> list[list[Opening]]:
    return [list(of_reader) for _id, of_reader in groupby(waiting, key=lambda one: one.reader_id)]


def _decision() -> OpeningDecision:
    """Raises Missing for what no form here sends."""
    try:
        return OpeningDecision(request.form.get("decision", ""))
    except ValueError:
        raise Missing from None
