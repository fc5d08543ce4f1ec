"""System: what is there once for all libraries of an installation. Nobody's record."""

from flask import Blueprint, current_app, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l
from wtforms import EmailField, HiddenField
from wtforms.validators import InputRequired, Length

from tracker.administration.library.actions import set_framework_editor
from tracker.frameworks.corrections.queries import count_open
from tracker.frameworks.drafts.queries import open_drafts
from tracker.frameworks.versions.queries import SHOWN, published
from tracker.operations.backups import queries as restore_tests
from tracker.operations.backups.views import STATES
from tracker.operations.daily_work import queries as daily_parts
from tracker.operations.daily_work.rules import DailyPart
from tracker.operations.system import actions as system, queries as installation
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
    state = system.state(config["DATA_DIR"], config["BACKUP_DIR"])
    return render(
        "operations/system.html",
        state=state,
        failing=[part for part in state.totals.daily_failing if part.part in PARTS],
        parts=PARTS,
        doubt=daily_parts.clock_doubt(session.now(), config["CLOCK_AHEAD"]),
        backup_said=state.backup and STATES[state.backup.state],
        libraries=installation.libraries(),
        frameworks=published(SHOWN),
        drafts=open_drafts(),
        editors=installation.framework_editors(session.actor()),
        form=form,
        corrections=count_open(session.actor()),
        tried=restore_tests.newest(),
    )
