"""Progress profiles: one's own, and what others may see of somebody's."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.policy import Subject
from tracker.queries import learners, profiles, statement_facts, subjects
from tracker.queries.learners import Learner
from tracker.queries.profiles import Side
from tracker.rules.notices import Page
from tracker.rules.roles import Permission
from tracker.services import readiness
from tracker.web import errors, limits, profile_page, profile_words, session
from tracker.web.access import door, may, note_look, note_opened
from tracker.web.exports import documents, profile_document
from tracker.web.exports import profiles as exports
from tracker.web.profile_sheet import sheet
from tracker.web.wording import told

bp = Blueprint("profiles", __name__)


@bp.get("/profile")
@door(Permission.SIGNED_IN)
def own() -> ResponseReturnValue:
    learner = _own_learner()
    if learner is None:
        return render_template("profiles/none.html")
    note_opened(Page.PROFILE)
    return _show(learner, Side.OWN)


@bp.get("/people/<id:person_id>/profile")
@door(Permission.PROFILE_READ, subjects.person)
def show(person: Subject) -> ResponseReturnValue:
    learner, side = _of(person)
    return _show(learner, side)


@bp.get("/profile/<domain>")
@door(Permission.SIGNED_IN)
def explain_own(domain: str) -> ResponseReturnValue:
    learner = _own_learner() or abort(404)
    return _explain(learner, Side.OWN, domain)


@bp.get("/people/<id:person_id>/profile/<domain>")
@door(Permission.PROFILE_READ, subjects.person)
def explain(person: Subject, domain: str) -> ResponseReturnValue:
    learner, side = _of(person)
    return _explain(learner, side, domain)


@bp.get("/profile.csv")
@door(Permission.SIGNED_IN)
def own_csv() -> ResponseReturnValue:
    learner = _own_learner() or abort(404)
    return exports.as_csv(learner, statement_facts.voices(learner, Side.OWN))


@bp.get("/profile.json")
@door(Permission.SIGNED_IN)
def own_json() -> ResponseReturnValue:
    learner = _own_learner() or abort(404)
    return exports.as_json(learner, statement_facts.voices(learner, Side.OWN))


@bp.get("/profile.pdf")
@door(Permission.SIGNED_IN)
@limits.documents
def own_pdf() -> ResponseReturnValue:
    learner = _own_learner() or abort(404)
    return documents.download(profile_document.document(sheet(learner, Side.OWN)))


@bp.get("/people/<id:person_id>/profile.pdf")
@door(Permission.PROFILE_READ, subjects.person)
@limits.documents
def show_pdf(person: Subject) -> ResponseReturnValue:
    return documents.download(profile_document.document(sheet(*_of(person))))


@bp.post("/profile/ready")
@door(Permission.RATE)
def ready() -> ResponseReturnValue:
    said = request.form.get("ready", "")
    if said not in ("yes", "no"):
        abort(422)
    readiness.declare(session.actor(), said == "yes", session.now())
    errors.tell(
        _("Your supervisor sees now that you are ready.")
        if said == "yes"
        else _("You are not marked as ready any more."),
        undo=errors.Undo(url_for("profiles.ready"), {"ready": "no" if said == "yes" else "yes"}),
    )
    return redirect(url_for("profiles.own"), 303)


def _own_learner() -> Learner | None:
    return learners.learner(session.actor().person_id, session.actor().today(session.now()))


def _of(person: Subject) -> tuple[Learner, Side]:
    """Whose profile, and how much of the self side the reader gets: their own, what was revealed, or none.

    A coordinator sees endorsed levels by name where the library has it so, else no profile at all.
    """
    learner = learners.learner(person.id, session.actor().today(session.now()))
    if learner is None:
        abort(404)
    if person.owner_id == session.actor().person_id:
        return learner, Side.OWN
    note_look(person.id, "profile")
    if may(Permission.PROFILE_REVEALED, person):
        return learner, Side.REVEALED
    if not profiles.names_to_coordinators(learner.library_id):
        abort(404)
    return learner, Side.NONE


def _show(learner: Learner, side: Side) -> ResponseReturnValue:
    return render_template("profiles/show.html", short=profile_page.short, **vars(sheet(learner, side)))


def _explain(learner: Learner, side: Side, key: str) -> ResponseReturnValue:
    profile = told(profiles.profile(learner, side), learner.lang)
    domain = next((domain for domain in profile.domains if domain.key == key), None)
    if domain is None:
        abort(404)
    voices = [("endorsed", profile.endorsed[domain.id])]
    if profile.own is not None:
        voices.insert(0, ("own", profile.own[domain.id]))
    return render_template(
        "profiles/explain.html",
        profile=profile,
        side=side,
        domain=domain,
        voices=voices,
        statements=told(statement_facts.voices(learner, side, domain.id), learner.lang),
        change=profile_words.change,
        state=profile_words.state,
        back=url_for("profiles.own") if side is Side.OWN else url_for("profiles.show", person_id=learner.person_id),
    )
