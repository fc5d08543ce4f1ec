"""One's own evidence: jot, record, edit, link, archive; and its files, for the owner and for
reviewers."""

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.administration import use_statements
from tracker.queries.assessment.learners import frameworks_of
from tracker.queries.evidence import evidence as evidence_queries
from tracker.queries.evidence import sendings, versions
from tracker.queries.evidence.versions import PastVersion
from tracker.rules.errors import Conflict, Invalid, Unchecked, Unkept, Unreachable
from tracker.rules.evidence import patron_data
from tracker.rules.evidence.content import EvidenceContent
from tracker.rules.roles import Permission
from tracker.services import evidence as evidence_service
from tracker.web.evidence import pages
from tracker.web.evidence.erasure_forms import ReplaceForm
from tracker.web.evidence.forms import EvidenceForm, JotForm, LinkForm
from tracker.web.http import access, session
from tracker.web.http.access import door
from tracker.web.http.downloads import attachment
from tracker.web.http.errors import Link, Undo, flash_message, forget_flashed, put_on, status_of
from tracker.web.http.input_checks import LONG_FORM, UPLOAD
from tracker.web.http.rate_limits import limiter
from tracker.web.http.redirects import address_here
from tracker.web.i18n.content_language import mark_language
from tracker.web.i18n.render import render
from tracker.web.ui.fields import an_id
from tracker.web.ui.statement_picker import chosen_in_form, is_search

bp = Blueprint("evidence", __name__)

TOO_OFTEN = "60 per minute"


@bp.get("/evidence")
@door(Permission.SIGNED_IN)
def index() -> ResponseReturnValue:
    return pages.list_page(JotForm(), pages.picker() if access.may(Permission.RATE) else None)


@bp.post("/evidence/jot")
@door(Permission.RATE)
@limiter.limit(TOO_OFTEN)
def jot() -> ResponseReturnValue:
    form, picker, status = JotForm(), pages.picker(chosen_in_form()), 422
    if is_search():
        return pages.list_page(form, picker)
    if form.validate_on_submit():
        chosen = chosen_in_form()
        try:
            made = evidence_service.jot(
                session.actor(), form.line.data or "", session.now(), chosen
            )
        except (Invalid, Conflict) as refusal:
            said = pages.refused(refusal, chosen)
            put_on(form, said)
            status = 422 if said is refusal else 409
        else:
            return _jotted(made, form.line.data or "", len(chosen))
    return pages.list_page(form, picker), status


@bp.get("/evidence/new")
@door(Permission.RATE)
def new() -> ResponseReturnValue:
    if not use_statements.has_read(session.actor()):
        return redirect(url_for("dashboard.use_statement", next=address_here()))
    ids = [an_id(typed) for typed in request.args.getlist("statement")[:20]]
    chosen = {key: "" for key in ids if key is not None} | pages.picked_before("evidence.create")
    picker = pages.picker(chosen)
    return pages.form_page(EvidenceForm(), picker=picker)


@bp.post("/evidence")
@door(Permission.RATE, takes=UPLOAD)
@limiter.limit(TOO_OFTEN)
def create() -> ResponseReturnValue:
    form, picker, status = EvidenceForm(), pages.picker(chosen_in_form()), 422
    if is_search():
        return pages.form_page(form, picker=picker)
    if form.validate_on_submit():
        if pages.asks_first(form):
            return pages.form_page(form, picker=picker, asked=True), 422
        chosen = chosen_in_form()
        try:
            made = evidence_service.create_each(
                session.actor(),
                form.content(),
                form.uploads(pages.store().most),
                reasons=chosen,
                store=pages.store(),
                draw=form.draw.data,
                now=session.now(),
            )
        except (Unchecked, Unkept, Unreachable) as refusal:
            form.refuse(refusal)
            return pages.form_page(form, picker=picker), status_of(refusal)
        except (Invalid, Conflict) as refusal:
            said = pages.refused(refusal, chosen)
            form.refuse(said)
            status = 422 if said is refusal else 409
        else:
            answer = _added(made, form.content())
            pages.tell_of_files(form)
            return answer
    return pages.form_page(form, picker=picker), status


@bp.get("/evidence/<id:evidence_id>")
@door(Permission.EVIDENCE_OWN, subjects.evidence)
def show(evidence: Subject) -> ResponseReturnValue:
    history = pages.timeline(evidence.id)
    if not any(isinstance(version, PastVersion) for version in history):
        return pages.erased_page(evidence.id)
    piece = pages.piece_asked(evidence.id)
    own = frameworks_of(session.actor().person_id, session.today())
    signs = (
        patron_data.signs(piece.shown.title, piece.shown.text) if "check" in request.args else ()
    )
    return render(
        "evidence/show.html",
        piece=piece,
        links=piece.links,
        sent=sendings.of(piece.id),
        history=history,
        kinds=pages.KINDS,
        signs=[pages.SIGNS[sign] for sign in sorted(signs)],
        framework_ids={each.id for each in own},
    )


@bp.get("/evidence/<id:evidence_id>/edit")
@door(Permission.EVIDENCE_OWN, subjects.evidence)
def edit(evidence: Subject) -> ResponseReturnValue:
    piece = versions.piece(evidence.id) or abort(404)
    if piece.archived_at is not None:
        raise Conflict("evidence_archived")
    return pages.form_page(
        ReplaceForm(obj=piece.shown, version=piece.shown.number, file=None), piece=piece
    )


@bp.post("/evidence/<id:evidence_id>/edit")
@door(Permission.EVIDENCE_OWN, subjects.evidence, takes=UPLOAD)
@limiter.limit(TOO_OFTEN)
def update(evidence: Subject) -> ResponseReturnValue:
    form, status, overtaken = ReplaceForm(), 422, False
    is_whole = form.validate_on_submit()
    asked = is_whole and pages.asks_first(form)
    if is_whole and not asked:
        try:
            evidence_service.edit(
                session.actor(),
                evidence.id,
                form.base_version,
                form.content(),
                upload=form.upload(pages.store().most),
                drop_file=form.drop_file.data,
                store=pages.store(),
                draw=form.draw.data,
                erase=form.erasure(),
                now=session.now(),
            )
        except (Invalid, Conflict, Unchecked, Unkept, Unreachable) as refusal:
            status = status_of(refusal)
            form.refuse(refusal)
            overtaken = refusal.code == "evidence_changed"
        else:
            answer = _saved(evidence.id, form.content(), erased=form.wants_erasure)
            pages.tell_of_files(form)
            return answer
    piece = versions.piece(evidence.id) or abort(404)
    if overtaken:
        form.version.data = str(piece.shown.number)
    return pages.form_page(form, piece=piece, overtaken=overtaken, asked=asked), status


@bp.post("/evidence/<id:evidence_id>/archive")
@door(Permission.EVIDENCE_OWN, subjects.evidence)
def archive(evidence: Subject) -> ResponseReturnValue:
    evidence_service.archive(session.actor(), evidence.id, session.now())
    done = _(
        "“%(title)s” is archived. It counts for nothing and is not sent until you restore it.",
        title=_title(evidence),
    )
    flash_message(done, undo=Undo(url_for("evidence.bring_back", evidence_id=evidence.id)))
    return redirect(url_for("evidence.show", evidence_id=evidence.id), 303)


@bp.post("/evidence/<id:evidence_id>/bring-back")
@door(Permission.EVIDENCE_OWN, subjects.evidence)
def bring_back(evidence: Subject) -> ResponseReturnValue:
    evidence_service.bring_back(session.actor(), evidence.id)
    done = _(
        "“%(title)s” is restored. It counts again for what it is linked to.", title=_title(evidence)
    )
    flash_message(done, undo=Undo(url_for("evidence.archive", evidence_id=evidence.id)))
    return redirect(url_for("evidence.show", evidence_id=evidence.id), 303)


@bp.get("/evidence/<id:evidence_id>/statements")
@door(Permission.EVIDENCE_OWN, subjects.evidence)
def choose(evidence: Subject) -> ResponseReturnValue:
    return pages.choose_page(evidence.id, pages.picked_before("evidence.choose_now"))


@bp.post("/evidence/<id:evidence_id>/statements")
@door(Permission.EVIDENCE_OWN, subjects.evidence, takes=LONG_FORM)
def choose_now(evidence: Subject) -> ResponseReturnValue:
    picker = pages.picker(chosen_in_form())
    if is_search():
        return pages.choose_page(evidence.id, picker.chosen)
    return _link(evidence.id, chosen_in_form())


@bp.post("/evidence/link")
@door(Permission.RATE)
def link() -> ResponseReturnValue:
    """From a statement's page, or with a new reason from the evidence's own."""
    form = LinkForm()
    evidence_id, statement_id = (
        an_id(field.data or "") for field in (form.evidence_id, form.statement_id)
    )
    if evidence_id is None or statement_id is None:
        raise Invalid("evidence_links_none")
    if not access.may(Permission.EVIDENCE_OWN, subjects.evidence(evidence_id, session.today())):
        abort(404)
    return _link(evidence_id, {statement_id: form.reason.data or ""})


@bp.post("/evidence/<id:evidence_id>/unlink")
@door(Permission.EVIDENCE_OWN, subjects.evidence)
def unlink(evidence: Subject) -> ResponseReturnValue:
    statement_id = an_id(request.form.get("statement_id", ""))
    if statement_id is None:
        raise Invalid("evidence_links_none")
    evidence_service.unlink(session.actor(), evidence.id, statement_id)
    statement = mark_language(evidence_queries.statement_title(statement_id))
    flash_message(
        _(
            "Taken off “%(statement)s”. What was sent for review keeps it as it was sent.",
            statement=statement.title if statement is not None else "",
        )
    )
    return redirect(url_for("evidence.show", evidence_id=evidence.id, _anchor="statements"), 303)


@bp.get("/evidence/<id:evidence_id>/file")
@door(Permission.EVIDENCE_READ, subjects.evidence)
def file(evidence: Subject) -> ResponseReturnValue:
    return _send(pages.piece_asked(evidence.id).shown.file)


@bp.get("/review-items/<id:item_id>/evidence/<id:version_id>/file")
@door(Permission.REVIEW_READ, subjects.review_item)
def reviewed_file(item: Subject, version_id: int) -> ResponseReturnValue:
    """The file as it was sent, for the reviewer of that very item."""
    found = versions.file_of_item(item.id, version_id)
    if found is not None and item.owner_id is not None:
        access.note_look(item.owner_id, "evidence")
    return _send(found)


def _title(evidence: Subject) -> str:
    return pages.piece_asked(evidence.id).shown.title


def _send(found: versions.VersionFile | None) -> ResponseReturnValue:
    if found is None:
        abort(404)
    return attachment(
        evidence_service.file_content(pages.store(), found.sha256), found.name, found.media_type
    )


def _jotted(evidence_id: int, line: str, statements: int) -> ResponseReturnValue:
    """Back to where it was jotted, with a link to it; on to it where it seems to name a patron."""
    if patron_data.signs(line):
        return redirect(url_for("evidence.show", evidence_id=evidence_id, check=1), 303)
    if statements:
        said = ngettext(
            "Quick note saved and linked to %(num)d statement.",
            "Quick note saved and linked to %(num)d statements.",
            statements,
        )
        link = Link(url_for("evidence.show", evidence_id=evidence_id), _("Open the note"))
    else:
        said = _("Quick note saved. Link it to statements when you have time.")
        link = Link(url_for("evidence.choose", evidence_id=evidence_id), _("Link it to statements"))
    flash_message(said, link=link)
    back = "dashboard.index" if request.form.get("back") == "today" else "evidence.index"
    return redirect(url_for(back), 303)


def _added(made: list[int], content: EvidenceContent) -> ResponseReturnValue:
    """On to the piece; of several, which have one text, to the first or to the list."""
    if len(made) == 1:
        return _saved(made[0], content)
    flash_message(_("%(num)s pieces of evidence saved, one for each file.", num=len(made)))
    if patron_data.signs(content.title, content.text):
        return redirect(url_for("evidence.show", evidence_id=made[0], check=1), 303)
    return redirect(url_for("evidence.index"), 303)


def _saved(
    evidence_id: int, content: EvidenceContent, *, erased: bool = False
) -> ResponseReturnValue:
    """On to the piece, with a question about a patron's name."""
    if erased:
        forget_flashed()
        flash_message(pages.erased_message())
    if patron_data.signs(content.title, content.text):
        return redirect(url_for("evidence.show", evidence_id=evidence_id, check=1), 303)
    if not erased:
        flash_message(_("“%(title)s” is saved.", title=pages.piece_asked(evidence_id).shown.title))
    return redirect(url_for("evidence.show", evidence_id=evidence_id), 303)


def _link(evidence_id: int, reasons: dict[int, str]) -> ResponseReturnValue:
    try:
        evidence_service.link(session.actor(), evidence_id, reasons, session.now())
    except Invalid as refusal:
        said = pages.refused(refusal, reasons)
        return pages.choose_page(evidence_id, reasons, refusal=said), status_of(said)
    flash_message(
        ngettext(
            "Saved: why “%(title)s” counts for a statement.",
            "Saved: why “%(title)s” counts for %(num)d statements.",
            len(reasons),
            title=pages.piece_asked(evidence_id).shown.title,
        )
    )
    if request.form.get("back") == "statement":
        return redirect(
            url_for("statements.show", statement_id=next(iter(reasons)), _anchor="evidence"), 303
        )
    return redirect(url_for("evidence.show", evidence_id=evidence_id, _anchor="statements"), 303)
