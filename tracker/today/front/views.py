"""What anybody may read before signing in: the front page, and the pages that its foot leads to."""

from importlib.metadata import version

from flask import Blueprint, Response, abort, current_app, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l

from tracker.accounts.account.forms import SignInForm
from tracker.administration.library import queries as library_queries
from tracker.frameworks.versions import queries as frameworks_versions_queries
from tracker.frameworks.versions.rules import NOT_MY_WORK
from tracker.record.ratings.rules import FIVE
from tracker.rules.pace import LEARNER_SECONDS, minutes_for
from tracker.rules.roles import Permission
from tracker.today.demo import actions as demo_actions
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message
from tracker.web.i18n.content_language import mark
from tracker.web.i18n.render import render

bp = Blueprint("front", __name__)
TRIED_AS = {
    "learner": _l("Rates her skills and keeps examples of her work."),
    "supervisor": _l("Reviews, without seeing Ana’s ratings first."),
    "coordinator": _l("Plans training for three branches."),
    "coordinator without names": _l("Sees what was reviewed in her county, without names."),
    "administrator": _l("Looks after people, teams, and targets. Sees no ratings."),
}
"""What the demo's first person of each role does."""
ROBOTS = "User-agent: *\nAllow: /$\nDisallow: /\n"
"""The front page may be fetched, so that it can say that it is not to be listed."""


def front_page() -> Response:
    """For the demo: what this is, and a way in as each of its people. Otherwise whose installation
    it is, and the way in."""
    if current_app.config["DEMO"]:
        minutes = minutes_for(FIVE, LEARNER_SECONDS)
        page = render("today/front_demo.html", people=_people(), minutes_for_five=minutes)
    else:
        name = current_app.config["SITE_NAME"] or library_queries.only_library()
        page = render("today/front.html", form=SignInForm(), name=name)
    response = make_response(page)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _people() -> list[dict[str, str]]:
    """The first of each role, in the order of TRIED_AS."""
    accounts = demo_actions.head_of(current_app.config["DEMO_ROWS"])["accounts"]
    firsts = {account["role"]: account for account in reversed(accounts)}
    return [
        firsts[role] | {"does": str(does), "first": firsts[role]["name"].partition(" ")[0]}
        for role, does in TRIED_AS.items()
    ]


@bp.post("/try")
@door(Permission.PUBLIC)
def try_as() -> ResponseReturnValue:
    """Sign in as somebody of the demo, whose password is public."""
    if not current_app.config["DEMO"]:
        abort(404)
    emails = {person["role"]: person["email"] for person in _people()}
    password = demo_actions.head_of(current_app.config["DEMO_ROWS"])["password"]
    email = emails.get(request.form.get("role", ""), "")
    if not email or not session.begin(email, password):
        flash_message(
            _(
                "That didn’t work: somebody here changed the demo. To start over, stop it, delete "
                "the folder var, and start it again."
            ),
            "error",
        )
        return redirect(url_for("accounts.sign_in"), 303)
    return redirect(url_for("dashboard.index"), 303)


@bp.get("/about")
@door(Permission.PUBLIC)
def about() -> ResponseReturnValue:
    number, before_release, _count = version("skills-tracker").partition(".dev")
    return render("today/about.html", version=number, is_released=not before_release)


@bp.get("/privacy")
@door(Permission.PUBLIC)
def privacy() -> ResponseReturnValue:
    return render("today/privacy.html")


@bp.get("/accessibility")
@door(Permission.PUBLIC)
def accessibility() -> ResponseReturnValue:
    return render("today/accessibility.html")


@bp.get("/help")
@door(Permission.PUBLIC)
def help_page() -> ResponseReturnValue:
    labels = [mark(*label) for label in frameworks_versions_queries.labels_of(NOT_MY_WORK)]
    return render("today/help.html", outside=labels)


@bp.get("/robots.txt")
@door(Permission.PUBLIC)
def robots() -> ResponseReturnValue:
    return Response(ROBOTS, content_type="text/plain; charset=utf-8")
