"""One's own evidence: jot, record, edit, link, archive; its files, also for reviewers."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext
from werkzeug.wrappers import Response

from tracker.evidence.erasures import actions as erasures_actions
from tracker.evidence.erasures.forms import ReplaceForm
from tracker.evidence.pieces import (
    actions as pieces_actions,
    pages as pieces_pages,
    queries as pieces_queries,
    rules as pieces_rules,
)
from tracker.evidence.pieces.forms import EvidenceForm, JotForm, LinkForm
from tracker.evidence.pieces.queries import statement_title
from tracker.models import StoredFile
from tracker.policy.permissions import Subject
from tracker.queries.access import subjects as subjects_queries
from tracker.queries.core import use_statements as use_statements_queries
from tracker.record.workflow import queries as workflow_queries
from tracker.rules.errors import Conflict, Invalid, Refusal, Unchecked, Unkept, Unreachable
from tracker.rules.roles import Permission
from tracker.web.http import access, session
from tracker.web.http.access import door
from tracker.web.http.downloads import attachment
from tracker.web.http.errors import Undo, flash_message, forget_flashed, status_of
from tracker.web.http.idempotency import first_to
from tracker.web.http.input_checks import LONG_FORM, UPLOAD
from tracker.web.http.rate_limits import limiter
from tracker.web.http.redirects import address_here
from tracker.web.i18n.content_language import mark_language
from tracker.web.ui.fields import an_id
from tracker.web.ui.statement_picker import chosen_in_form, is_search

bp = Blueprint("evidence", __name__)

TOO_OFTEN = "60 per minute"
NOT_SAVED = (Invalid, Conflict, Unchecked, Unkept, Unreachable)


@bp.get("/evidence")
@door(Permission.SIGNED_IN)
def index() -> ResponseReturnValue:
    return pieces_pages.list_page(
        JotForm(), pieces_pages.picker() if access.may(Permission.RATE) else None
    )


@bp.post("/evidence/jot")
@door(Permission.RATE)
@limiter.limit(TOO_OFTEN)
def jot() -> ResponseReturnValue:
    form, chosen, status = JotForm(), chosen_in_form(), 422
    if is_search():
        return pieces_pages.list_page(form, pieces_pages.picker(chosen))
    if form.validate_on_submit():
        line = form.line.data or ""
        try:
            made = pieces_actions.jot(session.actor(), line, session.now(), chosen)
        except (Invalid, Conflict) as refusal:
            status = _refused(form, refusal, chosen)
        else:
            return _jotted(made, line, len(chosen))
    return pieces_pages.list_page(form, pieces_pages.picker(chosen)), status


@bp.get("/evidence/new")
@door(Permission.RATE)
def new() -> ResponseReturnValue:
    if not use_statements_queries.has_read(session.actor()):
        return redirect(url_for("dashboard.use_statement", next=address_here()))
    elsewhere = first_to()
    if elsewhere is not None:
        return elsewhere
    ids = [an_id(typed) for typed in request.args.getlist("statement")[:20]]
    chosen = {key: "" for key in ids if key is not None} | pieces_pages.picked_before(
        "evidence.create"
    )
    picker = pieces_pages.picker(chosen)
    return pieces_pages.form_page(EvidenceForm(), picker=picker)


@bp.post("/evidence")
@door(Permission.RATE, takes=UPLOAD)
@limiter.limit(TOO_OFTEN)
def create() -> ResponseReturnValue:
    form, chosen, status = EvidenceForm(), chosen_in_form(), 422
    if is_search():
        return pieces_pages.form_page(form, picker=pieces_pages.picker(chosen))
    is_whole = form.validate_on_submit()
    asked = is_whole and pieces_pages.asks_first(form)
    if is_whole and not asked:
        store = pieces_pages.store()
        try:
            made = pieces_actions.create_each(
                session.actor(),
                form.content(),
                form.uploads(store.most),
                reasons=chosen,
                store=store,
                draw=form.draw.data,
                now=session.now(),
            )
        except NOT_SAVED as refusal:
            status = _refused(form, refusal, chosen)
        else:
            return _saved(form, made)
    return pieces_pages.form_page(form, picker=pieces_pages.picker(chosen), asked=asked), status


@bp.get("/evidence/<id:evidence_id>")
@door(Permission.EVIDENCE_OWN, subjects_queries.evidence)
def show(evidence: Subject) -> ResponseReturnValue:
    history = pieces_queries.history(evidence.id)
    return (
        pieces_pages.piece_page(evidence.id, history)
        if history
        else pieces_pages.erased_page(evidence.id)
    )


@bp.get("/evidence/<id:evidence_id>/edit")
@door(Permission.EVIDENCE_OWN, subjects_queries.evidence)
def edit(evidence: Subject) -> ResponseReturnValue:
    piece = pieces_queries.piece(evidence.id) or abort(404)
    if piece.archived_at is not None:
        raise Conflict("evidence_archived")
    form = ReplaceForm(obj=piece.shown, version=piece.shown.number, file=None)
    return pieces_pages.form_page(form, piece=piece)


@bp.post("/evidence/<id:evidence_id>/edit")
@door(Permission.EVIDENCE_OWN, subjects_queries.evidence, takes=UPLOAD)
@limiter.limit(TOO_OFTEN)
def update(evidence: Subject) -> ResponseReturnValue:
    form, status, overtaken = ReplaceForm(), 422, False
    is_whole = form.validate_on_submit()
    asked = is_whole and pieces_pages.asks_first(form)
    if is_whole and not asked:
        store = pieces_pages.store()
        try:
            pieces_actions.edit(
                session.actor(),
                evidence.id,
                form.base_version,
                form.content(),
                upload=form.upload(store.most),
                drop_file=form.drop_file.data,
                store=store,
                draw=form.draw.data,
                erase=form.erasure(),
                now=session.now(),
            )
        except NOT_SAVED as refusal:
            form.refuse(refusal)
            status, overtaken = status_of(refusal), refusal.code == "evidence_changed"
        else:
            erasures_actions.add_to_list(
                current_app.config["DATA_DIR"], session.actor(), session.now()
            )
            return _saved(form, [evidence.id], erased=form.wants_erasure)
    piece = pieces_queries.piece(evidence.id) or abort(404)
    if overtaken:
        form.version.data = str(piece.shown.number)
    return pieces_pages.form_page(form, piece=piece, overtaken=overtaken, asked=asked), status


@bp.post("/evidence/<id:evidence_id>/archive")
@door(Permission.EVIDENCE_OWN, subjects_queries.evidence)
def archive(evidence: Subject) -> ResponseReturnValue:
    pieces_actions.archive(session.actor(), evidence.id, session.now())
    title = pieces_pages.piece_asked(evidence.id).shown.title
    done = _(
        "“%(title)s” is archived. It counts for nothing and is not sent until you restore it.",
        title=title,
    )
    flash_message(done, undo=Undo(url_for("evidence.bring_back", evidence_id=evidence.id)))
    return _to_piece(evidence.id)


@bp.post("/evidence/<id:evidence_id>/bring-back")
@door(Permission.EVIDENCE_OWN, subjects_queries.evidence)
def bring_back(evidence: Subject) -> ResponseReturnValue:
    pieces_actions.bring_back(session.actor(), evidence.id)
    title = pieces_pages.piece_asked(evidence.id).shown.title
    done = _("“%(title)s” is restored. It counts again for what it is linked to.", title=title)
    flash_message(done, undo=Undo(url_for("evidence.archive", evidence_id=evidence.id)))
    return _to_piece(evidence.id)


@bp.get("/evidence/<id:evidence_id>/statements")
@door(Permission.EVIDENCE_OWN, subjects_queries.evidence)
def choose(evidence: Subject) -> ResponseReturnValue:
    return pieces_pages.choose_page(evidence.id, pieces_pages.picked_before("evidence.choose_now"))


@bp.post("/evidence/<id:evidence_id>/statements")
@door(Permission.EVIDENCE_OWN, subjects_queries.evidence, takes=LONG_FORM)
def choose_now(evidence: Subject) -> ResponseReturnValue:
    chosen = chosen_in_form()
    return (
        pieces_pages.choose_page(evidence.id, chosen) if is_search() else _link(evidence.id, chosen)
    )


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
    if not access.may(
        Permission.EVIDENCE_OWN, subjects_queries.evidence(evidence_id, session.today())
    ):
        abort(404)
    return _link(evidence_id, {statement_id: form.reason.data or ""})


@bp.post("/evidence/<id:evidence_id>/unlink")
@door(Permission.EVIDENCE_OWN, subjects_queries.evidence)
def unlink(evidence: Subject) -> ResponseReturnValue:
    statement_id = an_id(request.form.get("statement_id", ""))
    if statement_id is None:
        raise Invalid("evidence_links_none")
    pieces_actions.unlink(session.actor(), evidence.id, statement_id)
    statement = mark_language(statement_title(statement_id))
    flash_message(
        _(
            "Taken off “%(statement)s”. What was sent for review keeps it as it was sent.",
            statement=statement.title if statement is not None else "",
        )
    )
    return _to_piece(evidence.id, _anchor="statements")


@bp.get("/evidence/<id:evidence_id>/file")
@door(Permission.EVIDENCE_READ, subjects_queries.evidence)
def file(evidence: Subject) -> ResponseReturnValue:
    return _send(pieces_pages.piece_asked(evidence.id).shown.file)


@bp.get("/review-items/<id:item_id>/evidence/<id:version_id>/file")
@door(Permission.REVIEW_READ, workflow_queries.review_item)
def reviewed_file(item: Subject, version_id: int) -> ResponseReturnValue:
    """The file as it was sent, for the reviewer of that very item."""
    file = pieces_queries.file_of_item(item.id, version_id)
    if file is not None and item.owner_id is not None:
        access.note_look(item.owner_id, "evidence")
    return _send(file)


def _send(stored: StoredFile | None) -> ResponseReturnValue:
    if stored is None:
        abort(404)
    content = pieces_actions.file_content(pieces_pages.store(), stored.sha256)
    return attachment(content, stored.name, stored.media_type)


def _to_piece(evidence_id: int, **more: Any) -> Response:
    return redirect(url_for("evidence.show", evidence_id=evidence_id, **more), 303)


def _refused(form: EvidenceForm | JotForm, refusal: Refusal, chosen: Mapping[int, str]) -> int:
    """Say so on the form; returns the status of the answer."""
    shown = pieces_pages.refused(refusal, chosen)
    form.refuse(shown)
    return 422 if shown is refusal and isinstance(refusal, Conflict) else status_of(shown)


def _jotted(evidence_id: int, line: str, statements: int) -> ResponseReturnValue:
    """Back to where it was jotted, with a link to it; on to it where it seems to name a patron."""
    if pieces_rules.signs(line):
        return _to_piece(evidence_id, check=1)
    pieces_pages.tell_of_note(evidence_id, statements)
    back = "dashboard.index" if request.form.get("back") == "today" else "evidence.index"
    return redirect(url_for(back), 303)


def _saved(form: EvidenceForm, made: list[int], *, erased: bool = False) -> ResponseReturnValue:
    """On to the piece, with a question where it seems to name a patron; of several, which have one
    text, to the list."""
    is_asked = bool(pieces_pages.signs_in(form))
    if erased:
        forget_flashed()
        flash_message(pieces_pages.erased_message())
    elif made[1:]:
        flash_message(_("%(num)s pieces of evidence saved, one for each file.", num=len(made)))
    elif not is_asked:
        flash_message(
            _("“%(title)s” is saved.", title=pieces_pages.piece_asked(made[0]).shown.title)
        )
    pieces_pages.tell_of_files(form)
    if is_asked:
        return _to_piece(made[0], check=1)
    return redirect(url_for("evidence.index"), 303) if made[1:] else _to_piece(made[0])


def _link(evidence_id: int, reasons: dict[int, str]) -> ResponseReturnValue:
    try:
        pieces_actions.link(session.actor(), evidence_id, reasons, session.now())
    except Invalid as refusal:
        shown = pieces_pages.refused(refusal, reasons)
        return pieces_pages.choose_page(evidence_id, reasons, refusal=shown), status_of(shown)
    flash_message(
        ngettext(
            "Saved: why “%(title)s” counts for a statement.",
            "Saved: why “%(title)s” counts for %(num)d statements.",
            len(reasons),
            title=pieces_pages.piece_asked(evidence_id).shown.title,
        )
    )
    if request.form.get("back") == "statement":
        return redirect(
            url_for("statements.show", statement_id=next(iter(reasons)), _anchor="evidence"), 303
        )
    return _to_piece(evidence_id, _anchor="statements")
