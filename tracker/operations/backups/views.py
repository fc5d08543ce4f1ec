"""Backup: when one was last tried out, and what to run. The copies themselves never pass through a
page."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from tracker.operations.backups import queries as backups_queries
from tracker.operations.backups.rules import FINDINGS, BackupState
from tracker.rules.roles import Permission
from tracker.web.http.access import door
from tracker.web.i18n.languages import catalogue
from tracker.web.i18n.render import render

STATES = {
    BackupState.UNTESTED: _l("Nobody knows yet whether it can be restored: it was not tested."),
    BackupState.PASSED: _l("It passed its test."),
    BackupState.FAULTY: _l("It has faults. Keep the older ones."),
}
bp = Blueprint("admin_backup", __name__, url_prefix="/admin/backup")


def sentence(finding: str) -> str:
    """For a line as it is stored: a code, and what it is about."""
    code, _space, what = finding.partition(" ")
    return str(catalogue().ugettext(FINDINGS[code])) % {"what": what}


COMMANDS = ("tracker backup", "tracker backup test FILE", "tracker restore FILE")


@bp.get("")
@door(Permission.OPERATE)
def index() -> ResponseReturnValue:
    tried = backups_queries.newest()
    findings = tried.findings.splitlines() if tried is not None else []
    return render(
        "operations/backup.html",
        tried=tried,
        findings=[sentence(finding) for finding in findings],
        commands=COMMANDS,
    )
