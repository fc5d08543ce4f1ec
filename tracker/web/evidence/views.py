"""One's own evidence: jot, record, edit, link, archive; and its files, for the owner and for
reviewers."""

import datetime as dt

from flask import Blueprint, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.assessment import learners
from tracker.queries.evidence import evidence as evidence_queries
from tracker.queries.evidence import versions
from tracker.queries.frameworks import statement_choices
from tracker.rules.errors import Conflict, Invalid, Refusal
from tracker.rules.evidence import patron_data
from tracker.rules.evidence.content import EvidenceContent
from tracker.rules.evidence.patron_data import PatronSign
from tracker.rules.evidence.uploads import FileStore
from tracker.rules.frameworks.scale import EvidenceKind
from tracker.rules.roles import Permission
from tracker.services import evidence as evidence_service
from tracker.web.evidence.forms import EditForm, EvidenceForm, JotForm, LinkForm
from tracker.web.http import access, session
from tracker.web.http.access import door
from tracker.web.http.downloads import attachment
from tracker.web.http.errors import Undo, flash_message, message_for, put_on
from tracker.web.http.rate_limits import limiter
from tracker.web.i18n.content_language import mark_language
from tracker.web.i18n.render import render
from tracker.web.ui.statement_picker import StatementPicker, an_id

bp = Blueprint("evidence", __name__)

KINDS = {
    EvidenceKind.NOTE: _l("Note"),
    EvidenceKind.LINK: _l("Link"),
    EvidenceKind.FILE: _l("File"),
}
SIGNS = {
    PatronSign.EMAIL: _l("an e-mail address"),
    PatronSign.PHONE: _l("a phone number"),
    PatronSign.CARD: _l("a card number"),
}
TOO_OFTEN = "60 per minute"


@bp.get("/evidence")
@door(Permission.SIGNED_IN)
def index() -> ResponseReturnValue:
    return _list_page(JotForm())


@bp.post("/evidence/jot")
@door(Permission.RATE)
@limiter.limit(TOO_OFTEN)
def jot() -> ResponseReturnValue:
    form = JotForm()
    if form.validate_on_submit():
        try:
            made = evidence_service.jot(session.actor(), form.line.data or "", session.now())
        except Invalid as refusal:
            put_on(form, refusal)
        else:
            return _saved(made, EvidenceContent(form.line.data or ""), jotted=True)
    return _list_page(form), 422


@bp.get("/evidence/new")
@door(Permission.RATE)
def new() -> ResponseReturnValue:
    ids = [an_id(typed) for typed in request.args.getlist("statement")[:20]]
    picker = StatementPicker(_statements(), {key: "" for key in ids if key is not None})
    return _form_page(EvidenceForm(), picker=picker)


@bp.post("/evidence")
@door(Permission.RATE)
@limiter.limit(TOO_OFTEN)
def create() -> ResponseReturnValue:
    form, picker = EvidenceForm(), StatementPicker.of_form(_statements())
    if picker.is_search:
        return _form_page(form, picker=picker)
    if form.validate_on_submit():
        try:
            made = evidence_service.create(
                session.actor(),
                form.content(),
                reasons=picker.chosen,
                upload=form.upload(_store().most),
                store=_store(),
                now=session.now(),
            )
        except (Invalid, Conflict) as refusal:
            put_on(form, refusal)
        else:
            return _saved(made, form.content())
    return _form_page(form, picker=picker), 422


@bp.get("/evidence/<id:evidence_id>")
@door(Permission.EVIDENCE_OWN, subjects.evidence)
def show(evidence: Subject) -> ResponseReturnValue:
    piece, own = _piece(evidence.id), learners.learner(session.actor().person_id, _today())
    signs = (
        patron_data.signs(piece.shown.title, piece.shown.text) if "check" in request.args else ()
    )
    return render(
        "evidence/show.html",
        piece=piece,
        links=piece.links,
        history=versions.history(evidence.id),
        kinds=KINDS,
        signs=[SIGNS[sign] for sign in sorted(signs)],
        framework_id=own.framework_id if own else None,
    )


@bp.get("/evidence/<id:evidence_id>/edit")
@door(Permission.EVIDENCE_OWN, subjects.evidence)
def edit(evidence: Subject) -> ResponseReturnValue:
    piece = versions.piece(evidence.id) or abort(404)
    if piece.archived_at is not None:
        raise Conflict("evidence_archived")
    return _form_page(EditForm(obj=piece.shown, version=piece.shown.number, file=None), piece=piece)


@bp.post("/evidence/<id:evidence_id>/edit")
@door(Permission.EVIDENCE_OWN, subjects.evidence)
@limiter.limit(TOO_OFTEN)
def update(evidence: Subject) -> ResponseReturnValue:
    form, status, overtaken = EditForm(), 422, False
    if form.validate_on_submit():
        try:
            evidence_service.edit(
                session.actor(),
                evidence.id,
                form.base_version,
                form.content(),
                upload=form.upload(_store().most),
                drop_file=form.drop_file.data,
                store=_store(),
                now=session.now(),
            )
        except (Invalid, Conflict) as refusal:
            status = 409 if isinstance(refusal, Conflict) else 422
            put_on(form, refusal)
            overtaken = refusal.code == "evidence_changed"
        else:
            return _saved(evidence.id, form.content())
    piece = versions.piece(evidence.id) or abort(404)
    if overtaken:
        form.version.data = str(piece.shown.number)
    return _form_page(form, piece=piece, overtaken=overtaken), status


@bp.post("/evidence/<id:evidence_id>/archive")
@door(Permission.EVIDENCE_OWN, subjects.evidence)
def archive(evidence: Subject) -> ResponseReturnValue:
    evidence_service.archive(session.actor(), evidence.id, session.now())
    done = _(
        "“%(title)s” is archived. It counts for nothing and is not sent until you bring it back.",
        title=_title(evidence),
    )
    flash_message(done, undo=Undo(url_for("evidence.bring_back", evidence_id=evidence.id)))
    return redirect(url_for("evidence.show", evidence_id=evidence.id), 303)


@bp.post("/evidence/<id:evidence_id>/bring-back")
@door(Permission.EVIDENCE_OWN, subjects.evidence)
def bring_back(evidence: Subject) -> ResponseReturnValue:
    evidence_service.bring_back(session.actor(), evidence.id)
    done = _(
        "“%(title)s” is back. It counts again for what it is linked to.", title=_title(evidence)
    )
    flash_message(done, undo=Undo(url_for("evidence.archive", evidence_id=evidence.id)))
    return redirect(url_for("evidence.show", evidence_id=evidence.id), 303)


@bp.get("/evidence/<id:evidence_id>/statements")
@door(Permission.EVIDENCE_OWN, subjects.evidence)
def choose(evidence: Subject) -> ResponseReturnValue:
    return _choose_page(evidence.id, {})


@bp.post("/evidence/<id:evidence_id>/statements")
@door(Permission.EVIDENCE_OWN, subjects.evidence)
def choose_now(evidence: Subject) -> ResponseReturnValue:
    picker = StatementPicker.of_form(_statements())
    if picker.is_search:
        return _choose_page(evidence.id, picker.chosen, picker.find)
    return _link(evidence.id, picker.chosen)


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
    if not access.may(Permission.EVIDENCE_OWN, subjects.evidence(evidence_id, _today())):
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
    return _send(_piece(evidence.id).shown.file)


@bp.get("/review-items/<id:item_id>/evidence/<id:version_id>/file")
@door(Permission.REVIEW_READ, subjects.review_item)
def reviewed_file(item: Subject, version_id: int) -> ResponseReturnValue:
    """The file as it was sent, for the reviewer of that very item."""
    found = versions.file_of_item(item.id, version_id)
    if found is not None and item.owner_id is not None:
        access.note_look(item.owner_id, "evidence")
    return _send(found)


def _title(evidence: Subject) -> str:
    return _piece(evidence.id).shown.title


def _store() -> FileStore:
    settings = current_app.config
    return FileStore(
        settings["FILES_DIR"], settings["UPLOAD_MAX_BYTES"], settings["UPLOAD_TOTAL_BYTES"]
    )


def _today() -> dt.date:
    return session.actor().today(session.now())


def _statements() -> list[statement_choices.StatementGroup]:
    return statement_choices.statements(session.actor().person_id, _today())


def _piece(evidence_id: int) -> versions.EvidencePiece:
    """With the version that the address asks for, else the current one; 404 where there is no
    such."""
    typed = request.args.get("version")
    number = None if typed is None else an_id(typed) or abort(404)
    return versions.piece(evidence_id, number) or abort(404)


def _send(found: versions.VersionFile | None) -> ResponseReturnValue:
    if found is None:
        abort(404)
    return attachment(
        evidence_service.file_content(_store(), found.sha256), found.name, found.media_type
    )


def _saved(
    evidence_id: int, content: EvidenceContent, *, jotted: bool = False
) -> ResponseReturnValue:
    """On to the piece, or after a jotted line back to where it was jotted; with a question about a
    patron's name."""
    if patron_data.signs(content.title, content.text):
        return redirect(url_for("evidence.show", evidence_id=evidence_id, check=1), 303)
    if jotted:
        flash_message(_("Kept as a note. Link it to a statement when you have a moment."))
        return redirect(
            url_for("dashboard.index" if request.form.get("back") == "today" else "evidence.index"),
            303,
        )
    flash_message(_("“%(title)s” is saved.", title=_piece(evidence_id).shown.title))
    return redirect(url_for("evidence.show", evidence_id=evidence_id), 303)


def _link(evidence_id: int, reasons: dict[int, str]) -> ResponseReturnValue:
    try:
        evidence_service.link(session.actor(), evidence_id, reasons, session.now())
    except Invalid as refusal:
        return _choose_page(evidence_id, reasons, refusal=refusal), 422
    flash_message(
        ngettext(
            "Saved: why “%(title)s” counts for a statement.",
            "Saved: why “%(title)s” counts for %(num)d statements.",
            len(reasons),
            title=_piece(evidence_id).shown.title,
        )
    )
    if request.form.get("back") == "statement":
        return redirect(
            url_for("statements.show", statement_id=next(iter(reasons)), _anchor="evidence"), 303
        )
    return redirect(url_for("evidence.show", evidence_id=evidence_id, _anchor="statements"), 303)


def _list_page(form: JotForm) -> str:
    person_id = session.actor().person_id
    asked = request.args.get("show", evidence_queries.EvidenceFilter.ALL)
    show = (
        evidence_queries.EvidenceFilter(asked)
        if asked in set(evidence_queries.EvidenceFilter)
        else evidence_queries.EvidenceFilter.ALL
    )
    statement_id, number = (an_id(request.args.get(name, "")) for name in ("statement", "page"))
    find = request.args.get("q", "").strip()[:200]
    page = evidence_queries.mine(
        person_id, find=find, show=show, statement_id=statement_id, page=min(number or 1, 10_000)
    )
    return render(
        "evidence/index.html",
        form=form,
        page=page,
        counts=evidence_queries.counts(person_id),
        show=show,
        find=find,
        statement=evidence_queries.statement_title(statement_id),
        statement_id=statement_id,
        kinds=KINDS,
    )


def _form_page(
    form: EvidenceForm,
    *,
    piece: versions.EvidencePiece | None = None,
    picker: StatementPicker | None = None,
    overtaken: bool = False,
) -> str:
    signs = patron_data.signs(form.title.data or "", form.text.data or "")
    return render(
        "evidence/form.html",
        form=form,
        piece=piece,
        picker=picker,
        overtaken=overtaken,
        most=_store().most // (1024 * 1024),
        signs=[SIGNS[sign] for sign in sorted(signs)],
    )


def _choose_page(
    evidence_id: int, chosen: dict[int, str], find: str = "", refusal: Refusal | None = None
) -> str:
    piece = versions.piece(evidence_id) or abort(404)
    if piece.archived_at is not None:
        raise Conflict("evidence_archived")
    linked = {item.statement_id for item in piece.links}
    picker = StatementPicker(_statements(), chosen, find, without=linked)
    return render(
        "evidence/choose.html", piece=piece, picker=picker, problem=refusal and message_for(refusal)
    )
