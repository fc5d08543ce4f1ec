"""What somebody asked for in the background: how far it is, and the file when it is ready."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects as subjects_queries
from tracker.queries.core import jobs as jobs_queries
from tracker.rules.core.jobs import OPEN
from tracker.rules.core.notices import NoticePage
from tracker.rules.roles import Permission
from tracker.services.core import jobs as jobs_services
from tracker.web.http import background, session
from tracker.web.http.access import door, note_opened
from tracker.web.http.downloads import attachment
from tracker.web.http.errors import flash_message, refusal_messages
from tracker.web.http.form_actions import pressed
from tracker.web.i18n.render import render

bp = Blueprint("jobs", __name__, url_prefix="/background")

refusal_messages(
    jobs_open=_l(
        "%(most)s of your files are still being made, which is the most at a time. Wait for one, "
        "or cancel one."
    ),
    jobs_kept=_l(
        "You have %(most)s files here, which is the most one person can have. Delete some, then "
        "try again."
    ),
    job_not_allowed=_l("You can’t see everything that would be in this file. Nothing was made."),
)

FAILED = {
    "job_not_allowed": _l("Not made: you can’t see everything that would be in it anymore."),
    "roster_overtaken": _l(
        "Nobody was imported: something changed here after you checked the rows. They were "
        "compared again. Check them once more, then import them."
    ),
    "roster_gone": _l("Nobody was imported: the file isn’t here anymore. Upload it again."),
    "roster_replaced": _l("Nobody was imported: you uploaded another file instead of this one."),
    "job_given_up": _l("Not made: something went wrong, several times. Tell your administrator."),
}


@bp.get("")
@door(Permission.SIGNED_IN)
def index() -> ResponseReturnValue:
    """A kind that an older version made is not shown."""
    note_opened(NoticePage.BACKGROUND)
    kinds = background.job_kinds()
    own = jobs_queries.own(session.actor().person_id, session.now())
    jobs = [job for job in own if job.kind in kinds]
    me, back = session.actor(), ("dashboard.index", _("To Today"))
    if me.supervises or me.coordinates:
        back = ("teams.index", _("To Teams"))
    return render(
        "operations/jobs.html",
        back_href=url_for(back[0]),
        back_label=back[1],
        jobs=jobs,
        is_at_work=any(job.state in OPEN for job in jobs),
        title_of=background.title_of,
        page_of=background.page_of,
        failed=FAILED,
    )


@bp.get("/<id:job_id>/file")
@door(Permission.JOB_OWN, subjects_queries.job)
def download(job: Subject) -> ResponseReturnValue:
    file = jobs_services.file_for(session.actor(), background.job_kinds(), job.id, session.now())
    if file is None:
        flash_message(
            _(
                "This file can’t be downloaded anymore, because what you may see has changed since "
                "it was made. Make it again if you still need it."
            ),
            "error",
        )
        return redirect(url_for("jobs.index"), 303)
    kind = background.file_kind(file.job.kind)
    record_id = int(file.job.arguments["record_id"])
    background.note_taken(kind, record_id, file.people)
    return attachment(file.content, file.job.file_name, kind.media_type)


@bp.post("/<id:job_id>/discard")
@door(Permission.JOB_OWN, subjects_queries.job)
def discard(job: Subject) -> ResponseReturnValue:
    """Canceling, or deleting what is ready."""
    to = url_for("jobs.index")
    return pressed(lambda: jobs_services.discard(session.actor(), job.id), _("Deleted."), to)
