"""People from a file: upload, check the rows, import those that are ready."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from tracker.policy.permissions import Subject, library_of
from tracker.queries.access import subjects
from tracker.queries.administration.roster import rosters
from tracker.rules.administration.roster.entries import values_of
from tracker.rules.administration.roster.plan import READY
from tracker.rules.errors import Conflict
from tracker.rules.operations.jobs import AT_ONCE
from tracker.rules.roles import Permission
from tracker.services.administration.roster import ending, importing, staging
from tracker.services.administration.roster.planning import RosterMapping
from tracker.web.administration.roster import exports, labels, pages
from tracker.web.administration.roster.forms import (
    EndPeopleForm,
    ImportForm,
    MappingForm,
    UploadForm,
)
from tracker.web.http import rate_limits, session
from tracker.web.http.access import DoorRequest, door, note_download
from tracker.web.http.errors import flash_message, message_for
from tracker.web.http.form_actions import accepted, pressed
from tracker.web.http.input_checks import LONG_FORM, UPLOAD
from tracker.web.http.rate_limits import limiter
from tracker.web.i18n.render import render
from tracker.web.ui.pagination import page_number
from tracker.web.ui.people.namesakes import namesakes_said

bp = Blueprint("rosters", __name__, url_prefix="/admin/people")
TOO_OFTEN = "30 per minute"


@bp.get("/import")
@door(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    return _upload_page(UploadForm())


@bp.post("/import")
@door(Permission.ADMINISTER, takes=UPLOAD)
@limiter.limit(TOO_OFTEN)
def upload() -> ResponseReturnValue:
    form = UploadForm()
    staged = accepted(form, lambda: staging.stage(session.actor(), form.roster(), session.now()))
    if staged:
        return redirect(url_for("rosters.show", roster_id=staged[0]), 303)
    return _upload_page(form), 422


@bp.get("/import/<id:roster_id>")
@door(Permission.ADMINISTER_LIBRARY, subjects.roster)
def show(roster: Subject) -> ResponseReturnValue:
    found, counts = rosters.roster(roster.id), rosters.counts(roster.id)
    tab = pages.tab_asked(found, counts)
    groups = pages.value_groups(session.actor(), found)
    rows = rosters.rows(roster.id, labels.TABS[tab][1], page_number())
    return render(
        "administration/people/roster/show.html",
        roster=found,
        counts=counts,
        total=sum(counts.values()),
        ready=sum(counts[verdict] for verdict in READY),
        tab=tab,
        tabs=pages.tabs(found, counts),
        found=rows,
        namesakes={row.number: namesakes_said(row.title, row.person_id) for row in rows.rows},
        labels=labels,
        columns=labels.COLUMNS,
        groups=groups,
        anchors=pages.anchors(groups),
        lacks=pages.lacks(found),
        form=ImportForm(formdata=None, seen=found.plan_digest),
        mapping=MappingForm(formdata=None, makes_teams=found.makes_teams),
        at_work=rosters.at_work(session.now(), found.library_id),
    )


@bp.post("/import/<id:roster_id>/columns")
@door(Permission.ADMINISTER_LIBRARY, subjects.roster)
@limiter.limit(TOO_OFTEN)
def choose(roster: Subject) -> ResponseReturnValue:
    form, found = MappingForm(), rosters.roster(roster.id)
    values = values_of(rosters.cells(roster.id), found.columns)
    mapping = RosterMapping(
        form.columns(found.headings),
        form.meanings(values, found.meanings),
        bool(form.makes_teams.data),
    )
    return pressed(
        lambda: staging.choose(
            session.actor(), roster.id, mapping, session.now(), remember=bool(form.remember.data)
        ),
        _("Saved. All rows were checked again."),
        _page_of(roster),
    )


@bp.get("/import/<id:roster_id>/to-fix.csv")
@door(Permission.ADMINISTER_LIBRARY, subjects.roster)
@rate_limits.documents
def to_fix(roster: Subject) -> ResponseReturnValue:
    return exports.to_fix(rosters.roster(roster.id))


@bp.post("/import/<id:roster_id>/import")
@door(Permission.ADMINISTER_LIBRARY, subjects.roster)
@limiter.limit(TOO_OFTEN)
def bring_in(roster: Subject) -> ResponseReturnValue:
    """More than AT_ONCE rows are brought in by the worker."""
    seen = request.form.get("seen", "")[:64]
    counts = rosters.counts(roster.id)
    ready = sum(counts[verdict] for verdict in READY)
    try:
        if ready > AT_ONCE:
            language = str(get_locale()).replace("_", "-")
            importing.ask(session.actor(), roster.id, seen, language, session.now())
        else:
            _bring_in(roster, seen)
    except Conflict as refusal:
        if refusal.code == "roster_overtaken":
            staging.check_again(session.actor(), roster.id, session.now())
        flash_message(message_for(refusal), "error")
    return redirect(_page_of(roster), 303)


@bp.get("/import/<id:roster_id>/not-in-file")
@door(Permission.ADMINISTER_LIBRARY, subjects.roster)
def not_in_file(roster: Subject) -> ResponseReturnValue:
    return _not_in_file_page(roster, EndPeopleForm(formdata=None, ends_on=session.today()))


@bp.post("/import/<id:roster_id>/not-in-file")
@door(Permission.ADMINISTER_LIBRARY, subjects.roster, takes=LONG_FORM)
def end(roster: Subject) -> ResponseReturnValue:
    form = EndPeopleForm()
    ended = accepted(
        form,
        lambda: ending.end(
            session.actor(), roster.id, form.people, form.ends_on.data, session.now()
        ),
    )
    if ended:
        flash_message(
            ngettext(
                "The memberships of %(num)d person end.",
                "The memberships of %(num)d people end.",
                ended[0],
            )
        )
        return redirect(_page_of(roster), 303)
    return _not_in_file_page(roster, form), 422


@bp.post("/import/<id:roster_id>/discard")
@door(Permission.ADMINISTER_LIBRARY, subjects.roster)
def discard(roster: Subject) -> ResponseReturnValue:
    return pressed(
        lambda: staging.discard(session.actor(), roster.id, session.now()),
        _("The file is deleted. Nobody was imported."),
        url_for("rosters.index"),
    )


@bp.get("/export.csv")
@door(Permission.ADMINISTER)
@rate_limits.documents
def export() -> ResponseReturnValue:
    """Noted as a file about the library, not about who takes it."""
    actor = session.actor()
    note_download("rosters", DoorRequest(Permission.ADMINISTER, "people", library_of(actor)))
    return exports.everybody(actor)


def _bring_in(roster: Subject, seen: str) -> None:
    done = importing.bring_in(session.actor(), roster.id, seen, session.now())
    if done is None:
        raise Conflict("roster_is_done")
    added = ngettext("%(num)d person added", "%(num)d people added", done.new)
    flash_message(_("Imported: %(added)s, %(changed)s changed.", added=added, changed=done.changed))


def _upload_page(form: UploadForm) -> str:
    return render(
        "administration/people/roster/index.html",
        form=form,
        recent=rosters.recent(session.actor()),
        columns=labels.COLUMNS,
    )


def _not_in_file_page(roster: Subject, form: EndPeopleForm) -> str:
    return render(
        "administration/people/roster/not_in_file.html",
        roster=rosters.roster(roster.id),
        form=form,
        people=rosters.not_in_file(roster.id, session.actor()),
    )


def _page_of(roster: Subject) -> str:
    return url_for("rosters.show", roster_id=roster.id)
