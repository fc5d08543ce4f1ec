"""Taking over ratings from a list of one's own: paste, look at what would be stored, confirm."""

from collections import Counter

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from tracker.queries import rating_lists as lists
from tracker.queries.learners import Learner
from tracker.rules.errors import Conflict, Refusal
from tracker.rules.list_plans import ASKED, NOTHING_TO_DO, STORED, UNCLEAR, Verdict, plan
from tracker.rules.rating_lists import RatingList, read
from tracker.rules.roles import Permission
from tracker.services import rating_lists as service
from tracker.web import assessing, session
from tracker.web.access import door
from tracker.web.acts import accepted
from tracker.web.errors import say, tell
from tracker.web.exports import rating_lists as exports
from tracker.web.forms.rating_lists import ListForm, StoreForm, headings
from tracker.web.limits import limiter
from tracker.web.wording import told

bp = Blueprint("rating_lists", __name__)

TOO_OFTEN = "30 per minute"
WHY = {
    Verdict.NO_STATEMENT: _l("It names no statement."),
    Verdict.UNKNOWN_STATEMENT: _l("No statement of your framework has this code or title."),
    Verdict.TWO_STATEMENTS: _l("Code and title are of two different statements."),
    Verdict.MANY_STATEMENTS: _l("More than one statement has this title. Write its code."),
    Verdict.UNKNOWN_ANSWER: _l("This is not one of the five answers."),
    Verdict.DAY_UNREADABLE: _l("The date cannot be read for certain. Write it like 2026-11-24."),
    Verdict.DAY_IN_FUTURE: _l("The date is in the future."),
    Verdict.DAY_FAR: _l("The date is before 1950."),
    Verdict.NOTE_LONG: _l("With the note that stands there it would be longer than 4000 characters."),
}
"""Why a line is not stored; TWICE names its lines and is put together on the page."""


@bp.get("/assess/list")
@door(Permission.RATE)
def new() -> ResponseReturnValue:
    return _form_page(ListForm())


@bp.get("/assess/list/template.csv")
@door(Permission.RATE)
def template() -> ResponseReturnValue:
    learner = assessing.frame_once_read().learner
    return exports.template(learner, lists.blanks(learner.library_id, learner.framework_id))


@bp.post("/assess/list")
@door(Permission.RATE)
@limiter.limit(TOO_OFTEN)
def check() -> ResponseReturnValue:
    """What would become of each line. Nothing is stored."""
    form = ListForm()
    text = accepted(form, form.source)
    found = accepted(form, lambda: _check_page(text[0])) if text else None
    if text and not found:
        form.text.data = text[0]  # a file's text too: the browser does not send it again, and here it can be mended
    return found[0] if found else (_form_page(form), 422)


@bp.post("/assess/list/edit")
@door(Permission.RATE)
def edit() -> ResponseReturnValue:
    """Back from the check to the list as it was typed."""
    return _form_page(ListForm())


@bp.post("/assess/list/store")
@door(Permission.RATE)
@limiter.limit(TOO_OFTEN)
def store() -> ResponseReturnValue:
    form = StoreForm()
    text, seen = form.text.data or "", form.seen.data or ""
    try:
        listed = _read(text, assessing.frame().learner)[0]
        count = service.take_over(session.actor(), listed, form.ticked, seen, session.now())
    except Conflict as refusal:
        return _check_page(text, form.ticked, refusal), 409
    tell(ngettext("%(num)d answer taken over from your list.", "%(num)d answers taken over from your list.", count))
    return redirect(url_for("assess.resume"), 303)


def _read(text: str, learner: Learner) -> tuple[RatingList, lists.Ground]:
    """Raises Invalid for a text that is no list."""
    zone = session.actor().time_zone
    ground = lists.ground(learner.person_id, learner.library_id, learner.framework_id, zone)
    return read(text, headings(), ground.answers), ground


def _form_page(form: ListForm) -> str:
    learner = assessing.frame_once_read().learner
    ground = lists.ground(learner.person_id, learner.library_id, learner.framework_id, session.actor().time_zone)
    return render_template(
        "rating_lists/new.html", form=form, labels=told(ground, learner.lang).labels, known=ground.statements[:3]
    )


def _check_page(text: str, ticked: frozenset[int] = frozenset(), refusal: Refusal | None = None) -> str:
    """Raises Invalid for a text that is no list."""
    learner = (assessing.frame() if refusal else assessing.frame_once_read()).learner
    listed, ground = _read(text, learner)
    actor = session.actor()
    found = plan(listed, ground.statements, ground.answers, actor.today(session.now()), actor.time_zone)
    return render_template(
        "rating_lists/check.html",
        form=StoreForm(formdata=None, text=text, seen=found.digest()),
        lines=len(listed.lines),
        ignored=listed.ignored,
        stored=told(found.of(STORED), learner.lang),
        asked=told(found.of(ASKED), learner.lang),
        unclear=told(found.of(UNCLEAR), learner.lang),
        nothing=Counter(each.verdict for each in found.of(NOTHING_TO_DO)),
        why=WHY,
        labels=told(ground, learner.lang).labels,
        ticked=ticked,
        said=say(refusal) if refusal is not None else "",
    )
