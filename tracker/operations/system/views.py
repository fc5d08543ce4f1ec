"""System: what is there once for all libraries of an installation. Nobody's record.

For whatever watches the server: whether it is alive, and ready; how many requests there were,
and how long they took: by route, never by address or person.
"""

import time

from flask import Blueprint, Flask, Response, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l
from prometheus_client import Counter, Histogram
from wtforms import EmailField, HiddenField
from wtforms.validators import InputRequired, Length

from tracker.administration.library.actions import set_framework_editor
from tracker.frameworks.corrections.queries import count_open
from tracker.frameworks.drafts.queries import open_drafts
from tracker.frameworks.versions.queries import SHOWN, published
from tracker.operations.backups import queries as backups_queries
from tracker.operations.backups.views import STATES
from tracker.operations.daily_work import queries as daily_work_queries
from tracker.operations.daily_work.rules import DailyPart
from tracker.operations.system import (
    actions as system_actions,
    queries as system_queries,
    rules as system_rules,
)
from tracker.rules.core.notices import NoticePage
from tracker.rules.roles import Permission
from tracker.rules.texts import EMAIL_MAX
from tracker.web.http import session
from tracker.web.http.access import door, note_opened
from tracker.web.http.errors import flash_message, refusal_messages
from tracker.web.http.form_actions import accepted
from tracker.web.i18n.render import render
from tracker.web.ui import fields
from tracker.web.ui.form import Form
from tracker.web.ui.people import namesakes_said

PARTS = {
    DailyPart.SEALS: _l("Noting the seals in the audit trail"),
    DailyPart.ROUNDS: _l("Keeping rounds that ended"),
    DailyPart.MOVES: _l("Moving people to another version as planned"),
    DailyPart.DIFFERENCES: _l("Ending differences whose time is over"),
    DailyPart.ENDORSEMENTS: _l("Letting old reviewed ratings expire"),
    DailyPart.STANDINGS: _l("Comparing kept levels with people’s own pages"),
    DailyPart.RECORD: _l("Comparing the record with its seals"),
    DailyPart.READERS: _l("Telling people about new readers"),
    DailyPart.REMINDERS: _l("Reminders"),
    DailyPart.ROUND_REMINDERS: _l("Reminders of a round"),
    DailyPart.FORMS: _l("Deleting old forms"),
    DailyPart.DRAFTS: _l("Deleting old drafts"),
    DailyPart.ADDRESSES: _l("Deleting former addresses"),
    DailyPart.LIMIT_COUNTS: _l("Deleting old counts of limits"),
    DailyPart.AWAY_PERIODS: _l("Deleting days away that are over"),
    DailyPart.ROSTERS: _l("Deleting imported files"),
    DailyPart.JOBS: _l("Deleting old background work"),
    DailyPart.ERASED_FILES: _l("Removing erased files from the disk"),
    DailyPart.LEFTOVERS: _l("Removing leftovers of uploads from the disk"),
    DailyPart.STATISTICS: _l("Telling the database what its tables hold"),
    DailyPart.BACKUP: _l("Looking at the newest backup"),
}

bp = Blueprint("system", __name__, url_prefix="/system")

refusal_messages(
    editor_unknown=_l(
        "Nobody in your library has this email address. Add them first, under People."
    )
)


class FrameworkEditorForm(Form):
    """`act` is "take" where the permission is taken away."""

    email = EmailField(
        _l("Email address"),
        [
            InputRequired(_l("Enter an email address.")),
            Length(max=EMAIL_MAX, message=fields.TOO_LONG),
        ],
    )
    act = HiddenField(default="")


@bp.get("")
@door(Permission.OPERATE)
def index() -> ResponseReturnValue:
    note_opened(NoticePage.SYSTEM)
    return _page(FrameworkEditorForm(formdata=None))


@bp.post("/framework-editors")
@door(Permission.OPERATE)
def set_editor() -> ResponseReturnValue:
    form = FrameworkEditorForm()
    wanted = form.act.data != "take"
    done = accepted(
        form,
        lambda: set_framework_editor(session.actor(), form.email.data or "", wanted, session.now()),
    )
    if not done:
        return _page(form), 422
    message = (
        _("%(name)s edits frameworks now.", name=done[0])
        if wanted
        else _("%(name)s doesn’t edit frameworks anymore.", name=done[0])
    )
    email = (form.email.data or "").strip().casefold()
    flash_message(" ".join([message, *(namesakes_said(done[0], email=email) if wanted else [])]))
    return redirect(url_for("system.index", _anchor="frameworks"), 303)


def _page(form: FrameworkEditorForm) -> str:
    config = current_app.config
    state = system_actions.state(config["DATA_DIR"], config["BACKUP_DIR"])
    return render(
        "operations/system.html",
        state=state,
        failing=[part for part in state.totals.daily_failing if part.part in PARTS],
        is_damaged=any(part.part == DailyPart.DAMAGE for part in state.totals.daily_failing),
        is_full=not {"writable", "disk"}.isdisjoint(system_actions.failing(config)),
        parts=PARTS,
        doubt=daily_work_queries.clock_doubt(session.now(), config["CLOCK_AHEAD"]),
        backup_said=state.backup and STATES[state.backup.state],
        libraries=system_queries.libraries(),
        frameworks=published(SHOWN),
        drafts=open_drafts(),
        editors=system_queries.framework_editors(session.actor()),
        form=form,
        corrections=count_open(session.actor()),
        tried=backups_queries.newest(),
    )


health = Blueprint("health", __name__)
REQUESTS = Counter(
    "tracker_requests", "Requests that were answered.", ("route", "method", "status")
)
SECONDS = Histogram(
    "tracker_request_seconds",
    "Seconds from the routing of a request to its answer.",
    ("route",),
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
NO_ROUTE = "none"
"""For addresses that lead nowhere: as many as somebody likes to try."""
METHODS = frozenset({"GET", "HEAD", "POST"})


@health.get("/healthz")
@door(Permission.PUBLIC)
def alive() -> ResponseReturnValue:
    """Whether the process is alive. It asks no database: one that is away is no reason to start
    the program again. Who has the secret key is told what is seen of the request (`tracker check
    --deploy`)."""
    told = request.headers.get("X-Tracker-Probe", "")
    if not system_rules.holds(current_app.config["SECRET_KEY"], told, session.now().timestamp()):
        return {"status": "ok"}
    seen = {
        "client": request.remote_addr,
        "forwarded": request.headers.get("X-Forwarded-For", ""),
        "scheme": request.scheme,
        "host": request.host,
    }
    return {"status": "ok", "seen": seen}


@health.get("/readyz")
@door(Permission.PUBLIC)
def ready() -> ResponseReturnValue:
    """Whether to send people here: 200, or 503 with the names of what is not right."""
    failing = system_actions.failing(current_app.config)
    if failing:
        return {"status": "unready", "failing": failing}, 503
    return {"status": "ready"}


def init_app(app: Flask) -> None:
    """Where a folder for the numbers of all workers is set."""
    if not app.config["METRICS_DIR"]:
        return

    @app.after_request
    def _count(response: Response) -> Response:
        route = request.endpoint or NO_ROUTE
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(route, method, response.status_code).inc()
        SECONDS.labels(route).observe(time.monotonic() - g.started)
        return response
