"""Backup: when one was last tried out, and what to run. The copies themselves never pass through a
page."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from tracker.queries.operations import restore_tests
from tracker.rules.roles import Permission
from tracker.web.http.access import door
from tracker.web.i18n.render import render
from tracker.web.operations.backup_labels import sentence

bp = Blueprint("admin_backup", __name__, url_prefix="/admin/backup")

COMMANDS = ("tracker backup", "tracker backup test FILE", "tracker restore FILE")


@bp.get("")
@door(Permission.OPERATE)
def index() -> ResponseReturnValue:
    return render(
        "operations/backup.html", tried=restore_tests.newest(), sentence=sentence, commands=COMMANDS
    )
