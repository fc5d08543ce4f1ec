"""System: what is there once for all libraries of an installation. Nobody's record."""

from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue

from tracker.queries.frameworks.corrections import count_open
from tracker.queries.frameworks.published import published
from tracker.queries.operations import installation, restore_tests
from tracker.rules.roles import Permission
from tracker.services.operations import monitoring
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.i18n.render import render

bp = Blueprint("system", __name__, url_prefix="/system")


@bp.get("")
@door(Permission.OPERATE)
def index() -> ResponseReturnValue:
    config = current_app.config
    return render(
        "operations/system.html",
        state=monitoring.state(config["DATA_DIR"], config["BACKUP_DIR"]),
        libraries=installation.libraries(),
        frameworks=published(),
        corrections=count_open(session.actor()),
        tried=restore_tests.newest(),
    )
