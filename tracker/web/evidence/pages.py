"""The pages of one's own evidence: the list, the form, and choosing statements."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import abort, current_app, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.queries.administration import use_statements
from tracker.queries.asking import ask
from tracker.queries.evidence import erasures, versions
from tracker.queries.evidence import evidence as evidence_queries
from tracker.queries.evidence.erasures import ErasedVersion
from tracker.queries.evidence.versions import PastVersion
from tracker.queries.frameworks import statement_choices
from tracker.rules.errors import Conflict, Refusal
from tracker.rules.evidence import patron_data
from tracker.rules.evidence.content import PAGES_MAX
from tracker.rules.evidence.patron_data import PatronSign
from tracker.rules.evidence.uploads import PICTURES, FileStore
from tracker.rules.frameworks.scale import EvidenceKind
from tracker.web.evidence.forms import EvidenceForm, JotForm
from tracker.web.http import session
from tracker.web.http.errors import flash_message, message_for
from tracker.web.i18n.render import render
from tracker.web.ui.audit_labels import ERASED_BECAUSE
from tracker.web.ui.drafts import drafted_forms, replaced_choices
from tracker.web.ui.fields import an_id
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
    groups = statement_choices.statements(person_id, session.today())
    recent = ask(statement_choices.recent(person_id, {group.framework_id for group in groups}))
    latest = [each.id for each in recent]
    made = StatementPicker(groups, chosen, without, latest)
    placed = replaced_choices.in_place(made.chosen) if made.unknown else None
    return made if placed is None else StatementPicker(groups, placed.chosen, without, latest)


def refused(refusal: Refusal, chosen: Mapping[int, str]) -> Refusal:
    """What is said of it where a statement that was chosen is of another version than theirs."""
    placed = replaced_choices.in_place(chosen)
    is_unknown = refusal.code == "evidence_statement_unknown"
    return placed.refusal if is_unknown and placed is not None else refusal


def piece_asked(evidence_id: int) -> versions.EvidencePiece:
    """With the version that the address asks for, else the current one; 404 where there is no
    such."""
    typed = request.args.get("version")
    number = None if typed is None else an_id(typed) or abort(404)
    return versions.piece(evidence_id, number) or abort(404)


def list_page(form: JotForm, picker: StatementPicker | None) -> str:
    """`picker`: None for who writes no evidence."""
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
        picker=picker,
        reads_first=picker is not None and not use_statements.has_read(session.actor()),
        page=page,
        counts=evidence_queries.counts(person_id),
        show=show,
        find=find,
        statement=evidence_queries.statement_title(statement_id),
        statement_id=statement_id,
        kinds=KINDS,
    )


def form_page(
    form: EvidenceForm,
    *,
    piece: versions.EvidencePiece | None = None,
    picker: StatementPicker | None = None,
    overtaken: bool = False,
    asked: bool = False,
) -> str:
    """`asked`: nothing was saved yet, for the text seems to name a patron (`asks_first`)."""
    signs = patron_data.signs(form.title.data or "", form.text.data or "")
    return render(
        "evidence/form.html",
        form=form,
        piece=piece,
        picker=picker,
        overtaken=overtaken,
        asked=asked,
        wants_erasure="erase" in request.args or request.form.get("do") == "erase",
        used_in=erasures.used_in(piece.id) if piece else [],
        on_hold_since=erasures.on_hold_since(session.actor().person_id) if piece else None,
        most=store().most // (1024 * 1024),
        pages_most=PAGES_MAX,
        signs=[SIGNS[sign] for sign in sorted(signs)],
    )


def asks_first(form: EvidenceForm) -> bool:
    """Whether to ask about a patron before saving. Not where a file was chosen, which the browser
    would not keep: then it is asked after."""
    seen = patron_data.signs(form.title.data or "", form.text.data or "")
    return bool(seen) and request.form.get("do") in SAVES and not form.sent_name


def tell_of_files(form: EvidenceForm) -> None:
    """What was changed of those that were kept."""
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


def choose_page(evidence_id: int, chosen: Mapping[int, str], refusal: Refusal | None = None) -> str:
    piece = versions.piece(evidence_id) or abort(404)
    if piece.archived_at is not None:
        raise Conflict("evidence_archived")
    return render(
        "evidence/choose.html",
        piece=piece,
        picker=picker(chosen, without=versions.linked_in_any_version(evidence_id)),
        problem=refusal and message_for(refusal),
    )


def timeline(evidence_id: int) -> list[PastVersion | ErasedVersion]:
    """All versions, the newest first, those that were erased in their place."""
    every: list[PastVersion | ErasedVersion] = [
        *versions.history(evidence_id),
        *erasures.erased(evidence_id),
    ]
    return sorted(every, key=lambda version: version.number, reverse=True)


def erased_page(evidence_id: int) -> str:
    """What is left of a piece that was erased as a whole."""
    return render(
        "evidence/erased.html",
        erased=erasures.erased(evidence_id),
        reasons=ERASED_BECAUSE,
        used_in=erasures.used_in(evidence_id),
    )


def erased_message() -> Any:
    """What is said after a new version took the place of those that are erased."""
    if erasures.on_hold_since(session.actor().person_id) is None:
        if erasures.is_file_left():
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
    fields = drafted_forms.used(form)
    reasons = dict(fields)
    ids = [an_id(value) for name, value in fields if name == "statement"]
    return {key: reasons.get(f"reason-{key}", "") for key in ids if key is not None}
