"""People from a file: upload, check the rows, import those that are ready."""

from flask import Blueprint, Flask, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext as _, lazy_gettext as _l, ngettext

from tracker.administration.role_profiles import (
    actions as role_profiles_actions,
    queries as role_profiles_queries,
)
from tracker.administration.roster import (
    actions as roster_actions,
    pages as roster_pages,
    queries as roster_queries,
)
from tracker.administration.roster.forms import AnswersForm, ColumnsForm, EndPeopleForm, UploadForm
from tracker.administration.roster.rules import JOB, LABEL, READY, RosterMapping, RosterState
from tracker.administration.roster.rules_files import values_of
from tracker.policy.permissions import Subject, allows, library_of
from tracker.queries.access import subjects as subjects_queries
from tracker.rules.core.jobs import AT_ONCE
from tracker.rules.errors import Conflict
from tracker.rules.roles import Permission
from tracker.services.core.jobs import JobKind, JobTask, Plan
from tracker.web.http import background, rate_limits, session
from tracker.web.http.access import DoorRequest, door, note_download
from tracker.web.http.errors import flash_message, message_for
from tracker.web.http.form_actions import accepted, pressed, saved
from tracker.web.http.input_checks import LONG_FORM, UPLOAD
from tracker.web.http.rate_limits import limiter
from tracker.web.i18n.render import render

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
    staged = accepted(
        form, lambda: roster_actions.stage(session.actor(), form.roster(), session.now())
    )
    if not staged:
        return _upload_page(form), 422
    headings = roster_queries.roster(staged[0]).headings
    is_known = roster_queries.is_known(session.actor(), headings)
    to = "rosters.show" if is_known else "rosters.columns"
    return redirect(url_for(to, roster_id=staged[0]), 303)


@bp.get("/import/<id:roster_id>")
@door(Permission.ADMINISTER_LIBRARY, subjects_queries.roster)
def show(roster: Subject) -> ResponseReturnValue:
    page = roster_pages.check_page(roster_queries.roster(roster.id))
    return render("administration/people/roster/show.html", **page, pages=roster_pages)


@bp.get("/import/<id:roster_id>/columns")
@door(Permission.ADMINISTER_LIBRARY, subjects_queries.roster)
def columns(roster: Subject) -> ResponseReturnValue:
    if roster_queries.roster(roster.id).state is not RosterState.CHECKED:
        return redirect(_page_of(roster), 303)
    return _columns_page(roster, None)


@bp.post("/import/<id:roster_id>/columns")
@door(Permission.ADMINISTER_LIBRARY, subjects_queries.roster)
@limiter.limit(TOO_OFTEN)
def choose(roster: Subject) -> ResponseReturnValue:
    form, actor, now = ColumnsForm(), session.actor(), session.now()
    staged = roster_queries.roster(roster.id)
    mapping = form.mapping(len(staged.headings), roster_actions.mapping_of(staged))
    remember = bool(form.remember.data)
    page = saved(
        form,
        lambda: roster_actions.choose(actor, roster.id, mapping, now, remember=remember),
        _("The columns are saved. Nothing is imported yet."),
        _page_of(roster),
    )
    return page or (_columns_page(roster, form), 422)


@bp.post("/import/<id:roster_id>/answers")
@door(Permission.ADMINISTER_LIBRARY, subjects_queries.roster, takes=LONG_FORM)
@limiter.limit(TOO_OFTEN)
def answer(roster: Subject) -> ResponseReturnValue:
    staged = roster_queries.roster(roster.id)
    values = values_of(roster_queries.cells(roster.id), staged.columns)
    mapping = AnswersForm().mapping(roster_actions.mapping_of(staged), values)
    return pressed(
        lambda: roster_actions.choose(
            session.actor(), roster.id, _with_profiles(mapping), session.now(), remember=True
        ),
        _("Saved. All rows were checked again."),
        _page_of(roster),
    )


@bp.get("/import/<id:roster_id>/to-fix.csv")
@door(Permission.ADMINISTER_LIBRARY, subjects_queries.roster)
@rate_limits.documents
def to_fix(roster: Subject) -> ResponseReturnValue:
    return roster_pages.to_fix_file(roster_queries.roster(roster.id))


@bp.post("/import/<id:roster_id>/import")
@door(Permission.ADMINISTER_LIBRARY, subjects_queries.roster)
@limiter.limit(TOO_OFTEN)
def bring_in(roster: Subject) -> ResponseReturnValue:
    """More than AT_ONCE rows are brought in by the worker."""
    seen = request.form.get("seen", "")[:64]
    counts = roster_queries.counts(roster.id)
    ready = sum(counts[verdict] for verdict in READY)
    try:
        if ready > AT_ONCE:
            language = str(get_locale()).replace("_", "-")
            roster_actions.ask(session.actor(), roster.id, seen, language, session.now())
        else:
            done = roster_actions.bring_in(session.actor(), roster.id, seen, session.now())
            if done is None:
                raise Conflict("roster_is_done")
            added = ngettext("%(num)d person added", "%(num)d people added", done.new)
            changed = _(
                "Imported: %(added)s, %(changed)s changed.", added=added, changed=done.changed
            )
            flash_message(changed)
    except Conflict as refusal:
        if refusal.code == "roster_overtaken":
            roster_actions.check_again(session.actor(), roster.id, session.now())
        flash_message(message_for(refusal), "error")
    return redirect(_page_of(roster), 303)


@bp.get("/import/<id:roster_id>/not-in-file")
@door(Permission.ADMINISTER_LIBRARY, subjects_queries.roster)
def not_in_file(roster: Subject) -> ResponseReturnValue:
    return _not_in_file_page(roster, EndPeopleForm(formdata=None, ends_on=session.today()))


@bp.post("/import/<id:roster_id>/not-in-file")
@door(Permission.ADMINISTER_LIBRARY, subjects_queries.roster, takes=LONG_FORM)
def end(roster: Subject) -> ResponseReturnValue:
    form, actor, now = EndPeopleForm(), session.actor(), session.now()
    page = saved(
        form,
        lambda: roster_actions.end(actor, roster.id, form.people, form.ends_on.data, now),
        lambda count: ngettext(
            "The memberships of %(num)d person end.",
            "The memberships of %(num)d people end.",
            count,
        ),
        _page_of(roster),
    )
    return page or (_not_in_file_page(roster, form), 422)


@bp.post("/import/<id:roster_id>/discard")
@door(Permission.ADMINISTER_LIBRARY, subjects_queries.roster)
def discard(roster: Subject) -> ResponseReturnValue:
    return pressed(
        lambda: roster_actions.discard(session.actor(), roster.id, session.now()),
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
    return roster_pages.everybody_file(actor)


def _upload_page(form: UploadForm) -> str:
    return render(
        "administration/people/roster/index.html",
        form=form,
        recent=roster_queries.recent(session.actor()),
        columns=roster_pages.COLUMNS,
    )


def _columns_page(roster: Subject, form: ColumnsForm | None) -> str:
    staged = roster_queries.roster(roster.id)
    page = roster_pages.columns_page(staged, form)
    return render("administration/people/roster/columns.html", **page)


def _with_profiles(mapping: RosterMapping) -> RosterMapping:
    """Role labels that were chosen for titles become job profiles."""
    actor, now = session.actor(), session.now()
    titles = mapping.meanings.get("role_profile", {})
    labels = {meant.removeprefix(LABEL) for meant in titles.values() if meant.startswith(LABEL)}
    framework = roster_queries.labels_offered(actor, actor.today(now)) if labels else None
    if framework is None:
        return mapping
    role_profiles_actions.start_from_labels(actor, framework.id, now, labels)
    made = {f"{LABEL}{name}": str(key) for key, name in role_profiles_queries.choices(actor)}
    meant = {title: made.get(meaning, meaning) for title, meaning in titles.items()}
    return mapping._replace(meanings=mapping.meanings | {"role_profile": meant})


def _not_in_file_page(roster: Subject, form: EndPeopleForm) -> str:
    return render(
        "administration/people/roster/not_in_file.html",
        roster=roster_queries.roster(roster.id),
        form=form,
        people=roster_queries.not_in_file(roster.id, session.actor()),
    )


def _page_of(roster: Subject) -> str:
    return url_for("rosters.show", roster_id=roster.id)


def _job_step(task: JobTask, number: int) -> None:
    """It is checked again, then written as a whole. Both can be done twice: what is imported
    already is left as it is."""
    actor, roster_id, seen = task.actor, int(task.arguments["record_id"]), task.arguments["seen"]
    if number == 0:
        if roster_actions.check_again(actor, roster_id, task.now).digest != seen:
            raise Conflict("roster_overtaken")
        return
    try:
        roster_actions.bring_in(actor, roster_id, seen, task.now, is_asked=True)
    except Conflict:
        roster_actions.check_again(actor, roster_id, task.now)
        raise


def _job_grounds(task: JobTask) -> str | None:
    may = allows(task.actor, Permission.ADMINISTER, library_of(task.actor))
    return "" if may else None


def init_app(app: Flask) -> None:
    """A large roster is brought in by the worker."""
    kind = JobKind(lambda _task: Plan(steps=2), _job_step, _job_grounds)
    background.register(app, JOB, _l("Import of people"), kind, "rosters.show", "roster_id")
