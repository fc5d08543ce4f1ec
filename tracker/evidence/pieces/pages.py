"""The pages of one's own evidence: the list, the form, and choosing statements."""

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from flask import abort, current_app, request, url_for
from flask_babel import gettext as _, lazy_gettext as _l, ngettext

from tracker.evidence.erasures import queries as erasures_queries
from tracker.evidence.files.rules import PICTURES, FileStore
from tracker.evidence.pieces import queries as pieces_queries
from tracker.evidence.pieces.forms import EvidenceForm, JotForm
from tracker.evidence.pieces.queries import EvidenceFilter
from tracker.evidence.pieces.rules import PAGES_MAX, PatronSign, signs
from tracker.frameworks.versions.rules import EvidenceKind
from tracker.queries.asking import ask
from tracker.queries.core import use_statements as use_statements_queries
from tracker.queries.core.erasures import erased, on_hold_since
from tracker.record.sheet.queries_learners import frameworks_of
from tracker.record.versions import queries as versions_queries
from tracker.rules.errors import Conflict, Refusal
from tracker.web.http import session
from tracker.web.http.errors import Link, flash_message, message_for
from tracker.web.i18n.render import render
from tracker.web.ui import drafts
from tracker.web.ui.fields import an_id
from tracker.web.ui.labels import ERASED_BECAUSE
from tracker.web.ui.statement_picker import StatementPicker

KINDS = {
    EvidenceKind.NOTE: _l("Note"),
    EvidenceKind.LINK: _l("Link"),
    EvidenceKind.FILE: _l("File"),
}
SIGNS = {
    PatronSign.EMAIL: _l("an email address"),
    PatronSign.PHONE: _l("a phone number"),
    PatronSign.CARD: _l("a card number"),
}

FILE_HINT = _l(
    "PDF, PNG, JPEG, DOCX, XLSX or TXT, at most %(most)s MB. Location and camera data are taken "
    "out of pictures."
)
FILES_HINT = _l(
    "PDF, PNG, JPEG, DOCX, XLSX or TXT, at most %(most)s MB together. Location and camera data "
    "are taken out of pictures. Each file becomes a piece of its own, with the same text and "
    "statements."
)
SAVES = ("save", "enter")
"""The button of the form, and Enter; once it was asked, the button says "anyway"."""


def store() -> FileStore:
    settings = current_app.config
    return FileStore(
        settings["FILES"],
        settings["UPLOAD_MAX_BYTES"],
        settings["UPLOAD_TOTAL_BYTES"],
        settings["SCANNER"],
    )


def picker(chosen: Mapping[int, str] | None = None, without: Iterable[int] = ()) -> StatementPicker:
    person_id = session.actor().person_id
    groups = versions_queries.statements(person_id, session.today())
    recent = ask(versions_queries.recent(person_id, {group.framework_id for group in groups}))
    latest = [choice.id for choice in recent]
    made = StatementPicker(groups, chosen, without, latest)
    placed = drafts.in_place(made.chosen) if made.unknown else None
    return made if placed is None else StatementPicker(groups, placed.chosen, without, latest)


def refused(refusal: Refusal, chosen: Mapping[int, str]) -> Refusal:
    """The refusal to show: where a statement that was chosen is of another version than theirs, one
    that says so."""
    placed = drafts.in_place(chosen)
    is_unknown = refusal.code == "evidence_statement_unknown"
    return placed.refusal if is_unknown and placed is not None else refusal


def piece_asked(evidence_id: int) -> pieces_queries.EvidencePiece:
    """With the version that the address asks for, else the current one; 404 where there is no
    such."""
    typed = request.args.get("version")
    number = None if typed is None else an_id(typed) or abort(404)
    return pieces_queries.piece(evidence_id, number) or abort(404)


def list_page(form: JotForm, picker: StatementPicker | None) -> str:
    """`picker`: None for who writes no evidence."""
    person_id = session.actor().person_id
    asked = request.args.get("show", EvidenceFilter.ALL)
    show = EvidenceFilter(asked) if asked in set(EvidenceFilter) else EvidenceFilter.ALL
    statement_id, number = (an_id(request.args.get(name, "")) for name in ("statement", "page"))
    find = request.args.get("q", "").strip()[:200]
    page = pieces_queries.mine(
        person_id, find=find, show=show, statement_id=statement_id, page=min(number or 1, 10_000)
    )
    counts = pieces_queries.counts(person_id)
    tabs = (
        (_("All"), counts.all, EvidenceFilter.ALL),
        (_("Not linked"), counts.unlinked, EvidenceFilter.UNLINKED),
        (_("Archived"), counts.archived, EvidenceFilter.ARCHIVED),
    )
    kept = {"q": find or None, "statement": statement_id}
    return render(
        "evidence/index.html",
        form=form,
        picker=picker,
        reads_first=picker is not None and not use_statements_queries.has_read(session.actor()),
        page=page,
        counts=counts,
        tabs=[(words, count, _list_href(of, **kept), of is show) for words, count, of in tabs],
        all_href=_list_href(show),
        newer_href=_list_href(show, **kept, page=page.number - 1),
        older_href=_list_href(show, **kept, page=page.number + 1),
        show=show,
        find=find,
        statement=pieces_queries.statement_title(statement_id),
        statement_id=statement_id,
        kinds=KINDS,
    )


def _list_href(show: EvidenceFilter, **kept: Any) -> str:
    of = None if show is EvidenceFilter.ALL else show.value
    return url_for("evidence.index", show=of, **kept)


def form_page(
    form: EvidenceForm,
    *,
    piece: pieces_queries.EvidencePiece | None = None,
    picker: StatementPicker | None = None,
    overtaken: bool = False,
    asked: bool = False,
) -> str:
    """`asked`: nothing was saved yet, for the text seems to name a patron (`asks_first`)."""
    trail = [(_("Evidence"), url_for("evidence.index"))]
    if piece is None:
        label, file_hint = _("Files"), FILES_HINT
    else:
        trail.append((piece.shown.title, url_for("evidence.show", evidence_id=piece.id)))
        label = _("Another file in its place") if piece.shown.file else _("File")
        file_hint = FILE_HINT
    return render(
        "evidence/form.html",
        form=form,
        piece=piece,
        trail=trail,
        file_label=label,
        file_hint=file_hint % {"most": store().most // (1024 * 1024)},
        picker=picker,
        overtaken=overtaken,
        asked=asked,
        wants_erasure="erase" in request.args or request.form.get("do") == "erase",
        used_in=erasures_queries.used_in(piece.id) if piece else [],
        on_hold_since=on_hold_since(session.actor().person_id) if piece else None,
        pages_most=PAGES_MAX,
        signs=signs_in(form),
    )


def signs_in(form: EvidenceForm) -> list[Any]:
    """What in the form looks like details of a patron, in words."""
    return [SIGNS[sign] for sign in sorted(signs(form.title.data or "", form.text.data or ""))]


def asks_first(form: EvidenceForm) -> bool:
    """Whether to ask about a patron before saving. Not where a file was chosen, which the browser
    would not keep: then it is asked after."""
    return bool(signs_in(form)) and request.form.get("do") in SAVES and not form.sent_name


def tell_of_files(form: EvidenceForm) -> None:
    """Say what was changed in the files that were kept."""
    if form.sends(PICTURES):
        flash_message(_("Location and camera data, if any, were taken out of the picture."), "info")
    if form.draw.data and form.sends({"pdf"}):
        flash_message(
            _(
                "A PDF that can’t be kept as it is was kept as pictures of its pages. Open it, and "
                "check that nothing is missing."
            ),
            "info",
        )


def tell_of_note(evidence_id: int, statements: int) -> None:
    """Say that the note is saved, with a link to it, or to where it can be linked."""
    if statements:
        message = ngettext(
            "Quick note saved and linked to %(num)d statement.",
            "Quick note saved and linked to %(num)d statements.",
            statements,
        )
        link = Link(url_for("evidence.show", evidence_id=evidence_id), _("Open the note"))
    else:
        message = _("Quick note saved. Link it to statements when you have time.")
        link = Link(url_for("evidence.choose", evidence_id=evidence_id), _("Link it to statements"))
    flash_message(message, link=link)


def choose_page(evidence_id: int, chosen: Mapping[int, str], refusal: Refusal | None = None) -> str:
    piece = pieces_queries.piece(evidence_id) or abort(404)
    if piece.archived_at is not None:
        raise Conflict("evidence_archived")
    return render(
        "evidence/choose.html",
        piece=piece,
        picker=picker(chosen, without=pieces_queries.linked_in_any_version(evidence_id)),
        problem=refusal and message_for(refusal),
    )


def piece_page(evidence_id: int, history: Sequence[Any]) -> str:
    """`history`: of the versions that still say something; those that were erased are shown in
    their place."""
    piece = piece_asked(evidence_id)
    own = frameworks_of(session.actor().person_id, session.today())
    checked = (piece.shown.title, piece.shown.text) if "check" in request.args else ()
    return render(
        "evidence/show.html",
        piece=piece,
        links=piece.links,
        sent=pieces_queries.sendings(piece.id),
        history=sorted([*history, *erased(evidence_id)], key=attrgetter("number"), reverse=True),
        kinds=KINDS,
        signs=[SIGNS[sign] for sign in sorted(signs(*checked))],
        framework_ids={framework.id for framework in own},
    )


def erased_page(evidence_id: int) -> str:
    """What is left of a piece that was erased as a whole."""
    gone = erased(evidence_id)
    return render(
        "evidence/erased.html",
        erased=gone,
        is_hidden=any(version.is_hidden for version in gone),
        reasons=ERASED_BECAUSE,
        used_in=erasures_queries.used_in(evidence_id),
    )


def erased_message() -> Any:
    """What is said after a new version took the place of those that are erased."""
    if on_hold_since(session.actor().person_id) is None:
        if erasures_queries.is_file_left():
            return _(
                "Saved. The earlier versions are erased from every page and export. The place "
                "where files are kept can’t be reached just now; their files go as soon as it can, "
                "within a day."
            )
        return _("Saved. The earlier versions are erased from every page, export and the disk.")
    return _(
        "Saved. The earlier versions are hidden from every page and export. They will be erased "
        "when the legal hold ends."
    )


def picked_before(form: str) -> dict[int, str]:
    """The statements of the draft that the address asks for, with the reasons."""
    fields = drafts.used(form)
    reasons = dict(fields)
    ids = [an_id(value) for name, value in fields if name == "statement"]
    return {key: reasons.get(f"reason-{key}", "") for key in ids if key is not None}
