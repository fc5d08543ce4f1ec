"""Taking one's own record along, and erasing what was never sent: nobody else can do either. That
a record was made nobody else sees; an erasure is in the audit, without a word of what it was."""

from flask import Blueprint, Response, abort, current_app, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext as _, lazy_gettext as _l, ngettext
from wtforms import HiddenField

from tracker.evidence.erasures import actions as erasures_actions, queries as erasures_queries
from tracker.evidence.erasures.queries import Unsent
from tracker.evidence.pieces import pages as pieces_pages
from tracker.queries.asking import ask
from tracker.queries.core import jobs as jobs_queries
from tracker.queries.core.erasures import on_hold_since
from tracker.queries.core.jobs import JobRow
from tracker.rules.core.jobs import OPEN, JobState
from tracker.rules.core.notices import NoticePage
from tracker.rules.roles import Permission
from tracker.today.own_record import actions as own_record_actions, queries as own_record_queries
from tracker.web.http import session
from tracker.web.http.access import door, note_download, note_opened
from tracker.web.http.downloads import SANDBOX
from tracker.web.http.errors import flash_message, forget_flashed, refusal_messages
from tracker.web.http.form_actions import accepted, pressed
from tracker.web.i18n.render import render
from tracker.web.ui.csv import plain_name
from tracker.web.ui.form import Form

bp = Blueprint("own_record", __name__, url_prefix="/account/record")

refusal_messages(
    unsent_overtaken=_l(
        "Something changed after you looked, so nothing was erased. Check the list once more."
    )
)


class UnsentForm(Form):
    """`seen`: the digest of what the page counted."""

    seen = HiddenField()


@bp.get("")
@door(Permission.SIGNED_IN)
def show() -> ResponseReturnValue:
    note_opened(NoticePage.OWN_RECORD)
    job = _job()
    return render(
        "today/record.html",
        job=job,
        is_at_work=job is not None and job.state in OPEN,
        last_day=ask(own_record_queries.last_day(session.actor(), session.now())),
    )


@bp.post("")
@door(Permission.SIGNED_IN)
def make() -> ResponseReturnValue:
    language = str(get_locale()).replace("_", "-")
    arguments = {"about": session.actor().name, "query": "", "language": language}
    return pressed(
        lambda: own_record_actions.ask(session.actor(), arguments, session.now()),
        _("Your record is being made. You’ll get a notice when it’s ready."),
        url_for("own_record.show"),
    )


@bp.get("/file")
@door(Permission.SIGNED_IN, again=True)
def download() -> ResponseReturnValue:
    job = _job()
    if job is None or job.state is not JobState.DONE:
        abort(404)
    note_download("", None)
    made, made_at = jobs_queries.content(job.id), job.ended_at or session.now()
    missing = _("These files can’t be read where they are kept. Tell your administrator.")
    place = pieces_pages.store().place
    pieces = own_record_actions.with_files(made, place, missing, made_at)
    record_of = _("Record of %(name)s", name=session.actor().name)
    name = plain_name(f"{record_of} {made_at:%Y-%m-%d}")
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.zip"',
        "Content-Security-Policy": SANDBOX,
        "Cache-Control": "no-store",
    }
    return Response(pieces, content_type="application/zip", headers=headers)


@bp.get("/erase")
@door(Permission.SIGNED_IN)
def confirm() -> ResponseReturnValue:
    return _erase_page()


@bp.post("/erase")
@door(Permission.SIGNED_IN)
def erase() -> ResponseReturnValue:
    form, place = UnsentForm(), pieces_pages.store().place
    if accepted(
        form,
        lambda: erasures_actions.erase_unsent(
            session.actor(), form.seen.data or "", place, session.now()
        ),
    ):
        erasures_actions.add_to_list(current_app.config["DATA_DIR"], session.actor(), session.now())
        forget_flashed()
        flash_message(_("Erased from every page and file."))
        return redirect(url_for("own_record.show"), 303)
    return _erase_page(form), 409


def _erase_page(refused: UnsentForm | None = None) -> str:
    person_id = session.actor().person_id
    unsent = erasures_queries.unsent(person_id)
    form = UnsentForm(formdata=None, seen=unsent.digest())
    if refused is not None:
        form.form_errors.extend(refused.form_errors)
    return render(
        "today/record_erase.html",
        form=form,
        goes=_counted(unsent),
        on_hold_since=on_hold_since(person_id),
    )


def _counted(unsent: Unsent) -> list[str]:
    ratings, drafts = (len(unsent.rows[name]) for name in ("ratings", "drafts"))
    counted = {
        ngettext(
            "%(num)d rating, with its notes and its history",
            "%(num)d ratings, with their notes and their history",
            ratings,
        ): ratings,
        ngettext(
            "%(num)d note for yourself at a rating that stays",
            "%(num)d notes for yourself at ratings that stay",
            len(unsent.notes),
        ): len(unsent.notes),
        ngettext(
            "%(num)d piece of evidence, with all its versions and files",
            "%(num)d pieces of evidence, with all their versions and files",
            len(unsent.evidence),
        ): len(unsent.evidence),
        ngettext("%(num)d draft", "%(num)d drafts", drafts): drafts,
    }
    return [words for words, count in counted.items() if count]


def _job() -> JobRow | None:
    own = jobs_queries.own(session.actor().person_id, session.now())
    return next((job for job in own if job.kind == own_record_actions.NAME), None)
