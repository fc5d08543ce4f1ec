"""One domain as a table, for people who like a spreadsheet. Without script one button saves all of it, or nothing."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from tracker.queries import assessments
from tracker.rules.errors import Conflict, Invalid, Refusal
from tracker.rules.roles import Permission
from tracker.services import ratings
from tracker.web import assessing, errors, grids, rails, session
from tracker.web.access import door
from tracker.web.errors import tell
from tracker.web.forms.grids import SentGrid, from_form
from tracker.web.wording import told

bp = Blueprint("assess_grids", __name__)

errors.words(ratings_refused=_l("Nothing was saved yet. Look at the marked statements, then save again."))


@bp.get("/assess/<framework>/<strand>/<domain>/grid")
@door(Permission.RATE)
def show(framework: str, strand: str, domain: str) -> ResponseReturnValue:
    return _page(assessing.frame_once_read(), framework, strand, domain)


@bp.post("/assess/<framework>/<strand>/<domain>/grid")
@door(Permission.RATE)
def save(framework: str, strand: str, domain: str) -> ResponseReturnValue:
    assessing.frame().levels(framework, strand, domain)
    sent = from_form(request.form)
    if sent.person_id not in (None, session.actor().person_id):
        raise Conflict("another_person")
    try:
        changed = ratings.rate_many(session.actor(), grids.wanted(sent), session.now())
    except (Invalid, Conflict) as refusal:
        status = 409 if isinstance(refusal, Conflict) else 422
        return _page(assessing.frame(), framework, strand, domain, sent, refusal), status
    tell(ngettext("%(num)d statement saved.", "%(num)d statements saved.", changed) if changed
         else _("Nothing was changed."))  # fmt: skip
    return redirect(_here(framework, strand, domain), 303)


def _page(
    frame: assessing.Frame, framework: str, strand: str, domain: str, sent: SentGrid | None = None,
    refusal: Refusal | None = None,
) -> str:  # fmt: skip
    levels = frame.levels(framework, strand, domain)
    domain_id = levels[0].domain_id
    groups = rails.rail(framework, frame.progress, (domain_id, None), in_grids=True)
    sheet = told(assessments.of_domain(frame.learner, domain_id), frame.learner.lang)
    unread = refusal is not None and refusal.code == "use_statement_unread"
    return render_template(
        "assess_grids/show.html",
        frame=frame,
        levels=levels,
        groups=groups,
        following=rails.following(groups),
        sheet=sheet,
        rows=grids.rows(sheet, frame.learner, sent, refusal),
        notes="notes" in request.args,
        here=_here(framework, strand, domain),
        cards_href=rails.cards_of(framework, levels),
        said=errors.say(refusal) if refusal is not None else "",
        read_first=url_for("home.use_statement", next=request.path) if unread else "",
    )


def _here(framework: str, strand: str, domain: str) -> str:
    """The grid's own address; whether it has notes is remembered there and nowhere else."""
    notes = 1 if "notes" in request.args else None
    return url_for("assess_grids.show", framework=framework, strand=strand, domain=domain, notes=notes)
