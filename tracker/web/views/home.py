"""The front door: what this is, Today, and whether all is well."""

from flask import Blueprint, abort, current_app, render_template
from flask.typing import ResponseReturnValue

from tracker.queries.health import is_ready
from tracker.rules.roles import Permission
from tracker.web import session
from tracker.web.access import door
from tracker.web.forms.styleguide import rejected_sample

bp = Blueprint("home", __name__)


@bp.get("/")
@door(Permission.PUBLIC)
def index() -> ResponseReturnValue:
    if session.actor_or_none() is None:
        return render_template("home/welcome.html")
    return render_template("home/today.html")


@bp.get("/healthz")
@door(Permission.PUBLIC)
def health() -> ResponseReturnValue:
    """Answers 200 when the database does; for the load balancer, with nothing to read."""
    is_ready()
    return {"status": "ok"}


@bp.get("/styleguide")
@door(Permission.PUBLIC)
def styleguide() -> ResponseReturnValue:
    if not current_app.config["DEBUG_PAGES"]:
        abort(404)
    return render_template("styleguide.html", sample_moment=session.now(), form=rejected_sample())
