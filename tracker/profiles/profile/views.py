"""Progress profiles: one's own, and what others may see of somebody's."""

from functools import partial

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.assessment.older import queries as older_queries
from tracker.assessment.ratings import actions as ratings_actions
from tracker.policy.permissions import Subject
from tracker.profiles.growth import queries as growth_queries
from tracker.profiles.growth.pages import Timeline, by_month
from tracker.profiles.profile import (
    exports as profile_exports,
    exports_pdf as profile_exports_pdf,
    queries as profile_queries,
)
from tracker.profiles.profile.pages import ProfilePage, explanation, profile_page
from tracker.queries.access import subjects as subjects_queries
from tracker.record.growth.rules import timeline
from tracker.record.sheet import queries as sheet_queries, rules_summaries as sheet_rules_summaries
from tracker.record.sheet.queries_learners import Learner
from tracker.record.sheet.rules import Side
from tracker.record.versions import queries_lines as versions_queries_lines
from tracker.rules.calendar import day_in
from tracker.rules.core.notices import NoticePage
from tracker.rules.roles import Permission
from tracker.web.http import errors, rate_limits, session
from tracker.web.http.access import door, may, note_look, note_opened
from tracker.web.http.framework_asked import asked, learner_asked
from tracker.web.i18n.render import render
from tracker.web.ui.people import refuse_closed

bp = Blueprint("profiles", __name__)


@bp.get("/profile")
@door(Permission.SIGNED_IN)
def own() -> ResponseReturnValue:
    learner = _own()
    if learner is None:
        return render("profiles/none.html")
    note_opened(NoticePage.PROFILE)
    return _show(learner, Side.OWN)


@bp.get("/people/<id:person_id>/profile")
@door(Permission.PROFILE_READ, subjects_queries.person)
def show(person: Subject) -> ResponseReturnValue:
    learner, side = _of(person)
    return _show(learner, side)


@bp.get("/profile/<domain>")
@door(Permission.SIGNED_IN)
def explain_own(domain: str) -> ResponseReturnValue:
    learner = _own() or abort(404)
    return _explain(learner, Side.OWN, domain)


@bp.get("/people/<id:person_id>/profile/<domain>")
@door(Permission.PROFILE_READ, subjects_queries.person)
def explain(person: Subject, domain: str) -> ResponseReturnValue:
    learner, side = _of(person)
    return _explain(learner, side, domain)


@bp.get("/profile.csv")
@door(Permission.SIGNED_IN)
@rate_limits.documents
def own_csv() -> ResponseReturnValue:
    learner = _own() or abort(404)
    voices = sheet_rules_summaries.voices(
        sheet_queries.of_learner(learner, Side.OWN, None, private=False, revealed=False),
        learner.name,
    )
    return profile_exports.as_csv(
        learner, voices, versions_queries_lines.of_framework(learner.framework_id)
    )


@bp.get("/profile.json")
@door(Permission.SIGNED_IN)
@rate_limits.documents
def own_json() -> ResponseReturnValue:
    learner = _own() or abort(404)
    sheet = sheet_queries.of_learner(learner, Side.OWN, None)
    voices = sheet_rules_summaries.voices(sheet, learner.name)
    lines = versions_queries_lines.of_framework(learner.framework_id)
    kept = growth_queries.kept_of(learner.person_id, learner.framework_slug)
    retired = older_queries.of_learner(learner, sheet)
    return profile_exports.as_json(learner, sheet, voices, lines, retired, kept)


@bp.get("/profile.pdf")
@door(Permission.SIGNED_IN)
@rate_limits.documents
def own_pdf() -> ResponseReturnValue:
    learner = _own() or abort(404)
    return _pdf(learner, Side.OWN)


@bp.get("/people/<id:person_id>/profile.pdf")
@door(Permission.PROFILE_READ, subjects_queries.person)
@rate_limits.documents
def show_pdf(person: Subject) -> ResponseReturnValue:
    return _pdf(*_of(person))


@bp.post("/profile/ready")
@door(Permission.RATE)
def ready() -> ResponseReturnValue:
    answer = request.form.get("ready", "")
    if answer not in ("yes", "no"):
        abort(422)
    ratings_actions.declare_ready(session.actor(), answer == "yes", session.now())
    errors.flash_message(
        _("Your supervisor sees now that you are ready.")
        if answer == "yes"
        else _("You aren’t marked as ready anymore."),
        undo=errors.Undo(
            url_for("profiles.ready", framework=asked()),
            {"ready": "no" if answer == "yes" else "yes"},
        ),
    )
    return redirect(url_for("profiles.own", framework=asked()), 303)


def _own() -> Learner | None:
    return learner_asked(session.actor().person_id, "profiles.own")


def _of(person: Subject) -> tuple[Learner, Side | None]:
    """Whose profile, and how much of the self side the reader gets: their own, what was revealed,
    or none.

    A coordinator sees endorsed levels by name where the library has it so, else no profile at all.
    """
    learner = learner_asked(person.id, "profiles.show", person_id=person.id) or abort(404)
    if person.owner_id == session.actor().person_id:
        return learner, Side.OWN
    refuse_closed(person.id)
    note_look(person.id, "profile")
    if may(Permission.PROFILE_REVEALED, person):
        return learner, Side.REVEALED
    if not profile_queries.names_to_coordinators(learner.library_id):
        abort(404)
    return learner, None


def _show(learner: Learner, side: Side | None) -> ResponseReturnValue:
    page = profile_page(learner, side)
    happened = _timeline(page) if side is Side.OWN else None
    return render("profiles/show.html", lang=learner.lang, timeline=happened, **vars(page))


def _timeline(page: ProfilePage) -> Timeline:
    """What happened in the domain that the address names, else in all."""
    domains, actor = page.sheet.domains, session.actor()
    key = request.args.get("happened", "")
    chosen = next((domain for domain in domains if domain.key == key), None)
    happened = timeline(
        page.sheet,
        growth_queries.of_learner(page.sheet.person_id),
        partial(day_in, actor.time_zone),
        chosen.id if chosen else None,
    )
    everything = "months" in request.args
    return by_month(happened, domains, chosen.key if chosen else "", everything=everything)


def _pdf(learner: Learner, side: Side | None) -> ResponseReturnValue:
    return profile_exports_pdf.download(profile_page(learner, side))


def _explain(learner: Learner, side: Side | None, key: str) -> ResponseReturnValue:
    return render("profiles/explain.html", lang=learner.lang, **explanation(learner, side, key))
