"""Backup: when one was last tried out, and what to run. The copies themselves never pass through a page."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from tracker.queries import backup_tests
from tracker.rules.roles import Permission
from tracker.web.access import door
from tracker.web.backup_words import sentence

bp = Blueprint("admin_backup", __name__, url_prefix="/admin/backup")

COMMANDS = ("tracker backup", "tracker backup test FILE", "tracker restore FILE")


@bp.get("")
@door(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    return render_template("admin_backup/index.html", tried=backup_tests.newest(), sentence=sentence,
                           commands=COMMANDS)  # fmt: skip
