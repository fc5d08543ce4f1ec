"""Forms whose text is kept while it is typed, and offered to its writer who comes back; and what
somebody chose on a page that was loaded before they were moved to another version.

A form that stands within `drafted` (_macros/forms.html) names its draft. The script saves what is
typed; the draft goes in the transaction of what the form does (web/http/idempotency).
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, g, request, url_for
from flask_babel import gettext as _, lazy_gettext as _l
from markupsafe import Markup

from tracker.assessment.older.queries import replaced
from tracker.queries.access import drafts as core_drafts_queries
from tracker.queries.access.drafts import DraftHeader
from tracker.record.ratings.rules import joined
from tracker.rules.drafts import (
    EVIDENCE_LINK,
    EVIDENCE_LINKS,
    EVIDENCE_NEW,
    NAME_MAX,
    RATING,
    RESPONSE,
    Fields,
    pairs,
    statements_in,
)
from tracker.rules.errors import Conflict, Invalid
from tracker.web.http import session
from tracker.web.http.errors import refusal_messages
from tracker.web.http.idempotency import DRAFT
from tracker.web.i18n.content_language import mark
from tracker.web.ui.fields import an_id
from tracker.web.ui.filling import filled

refusal_messages(
    choices_replaced=_l(
        "You are on version %(version)s of the framework now. What you chose is marked in that "
        "version: check it, then try again.%(more)s"
    )
)

STATEMENT = re.compile("statement|reason-[0-9]+")
"""Fields of a statement that is chosen, and of why."""

DRAFT_FORMS: dict[str, Any] = {
    RATING: _l("Notes on a statement"),
    RESPONSE: _l("An answer in a review"),
    "admin_exclusions.leave_out": _l("Why a statement isn’t rated here"),
    "legal_holds.begin": _l("Why a legal hold is set"),
    "admin_role_profiles.create": _l("A new job profile"),
    "admin_role_profiles.update": _l("Changes to a job profile"),
    "admin_use_statement.publish": _l("How ratings are used"),
    "corrections.close": _l("What became of a correction"),
    "endorsements.revoke": _l("Why a reviewed rating is revoked"),
    "differences.thank": _l("Thanks"),
    "evidence.choose_now": _l("Why evidence counts"),
    "evidence.create": _l("New evidence"),
    "evidence.link": _l("Why evidence counts"),
    "evidence.update": _l("Changes to evidence"),
    "exceptions.propose": _l("Why a statement doesn’t apply"),
    "exceptions.withdraw": _l("Why a statement counts again"),
    "frameworks.correct": _l("A correction to a framework"),
    "rating_lists.check": _l("A list of ratings to import"),
    "reviews.next_step": _l("A next step"),
    "reviews.reply": _l("A reply to your reviewer"),
}
"""The forms that have drafts, by the endpoint that each goes to, and what a draft of it is
called."""


@dataclass(frozen=True, slots=True)
class FormDraft:
    """A form and what was typed into it before."""

    form: str
    subject: str
    header: DraftHeader | None

    @property
    def name(self) -> str:
        return f"{self.form} {self.subject}".strip()

    @property
    def is_used(self) -> bool:
        """Whether the address asks for what was typed."""
        return (
            self.header is not None
            and request.method == "GET"
            and request.args.get("draft") == str(self.header.id)
        )

    @property
    def is_lost(self) -> bool:
        """Whether it was asked for and can't be read."""
        return self.header is not None and self.is_used and _read(self.header) is None

    @property
    def is_offered(self) -> bool:
        """A page that answers a form has no address of its own to come back to."""
        return self.header is not None and request.method == "GET" and not self.is_used

    @property
    def is_sent(self) -> bool:
        """Whether this page answers the very form: what was typed is in it already."""
        return request.method == "POST" and request.form.get(DRAFT) == self.name

    @property
    def href(self) -> str:
        """This very page, with the draft in its form."""
        draft_id = self.header.id if self.header else None
        return _here(draft=draft_id, _anchor=f"draft-{draft_id}")

    @property
    def back(self) -> str:
        """This very page, without it."""
        return _here(draft=None)

    def within(self, form: Markup, name: Markup) -> Markup:
        """The form with the field that names its draft, and with what was typed where that is
        used."""
        if self.is_used:
            form = filled(form, used())
        start, rest = str(form).lstrip().split(">", 1)
        if not start.startswith("<form "):
            raise ValueError("a draft is of one form, and of nothing around it")
        return Markup(f"{start}>{name}{rest}")  # noqa: S704  (the form's own markup)


def _here(**other: Any) -> str:
    args = {**request.args.to_dict(flat=False), **(request.view_args or {}), **other}
    return url_for(str(request.endpoint), **args)


def draft_of(form: str, *subject: object) -> FormDraft | None:
    """None where nobody is signed in."""
    actor = session.actor_or_none()
    if actor is None:
        return None
    if form not in DRAFT_FORMS:
        raise KeyError(form)
    g.has_drafted = True
    of = "-".join(str(part) for part in subject)
    header = _by_place(actor.person_id).get((form, of))
    return FormDraft(form, of if header is None else header.subject, header)


def _by_place(person_id: int) -> dict[tuple[str, str], DraftHeader]:
    """By form and subject, asked once for a page. Why evidence counts for a statement of another
    version stands also at those that take its place in theirs."""
    if "drafts_by_place" in g:
        by_place: dict[tuple[str, str], DraftHeader] = g.drafts_by_place
        return by_place
    headers = _headers(person_id)
    by_place = g.drafts_by_place = {(header.form, header.subject): header for header in headers}
    at = {
        header: an_id(header.subject.rpartition("-")[2]) or 0
        for header in headers
        if header.form == EVIDENCE_LINK
    }
    elsewhere = replaced(person_id, at.values(), session.today()) if at else None
    for header, statement_id in at.items():
        was = elsewhere.statements.get(statement_id) if elsewhere is not None else None
        for new in was.became if was is not None else ():
            place = f"{header.subject.removesuffix(str(statement_id))}{new.id}"
            by_place.setdefault((EVIDENCE_LINK, place), header)
    return by_place


def _headers(person_id: int) -> list[DraftHeader]:
    """Asked once for a page."""
    if "drafts" not in g:
        g.drafts = core_drafts_queries.headers(person_id)
    headers: list[DraftHeader] = g.drafts
    return headers


def typed(sent: Mapping[str, Any]) -> tuple[str, str, Fields]:
    """A draft of who is signed in, as the script and the sign-in page send it: its form, its
    subject, and its fields. Raises Invalid("draft_malformed"); Conflict("another_person"): somebody
    else typed it."""
    form, _space, subject = str(sent.get("draft", "")).partition(" ")
    fields = pairs(sent.get("fields"))
    is_one = form in DRAFT_FORMS and form != RATING and len(subject) <= NAME_MAX
    if not is_one or fields is None:
        raise Invalid("draft_malformed")
    if sent.get("person_id") != session.actor().person_id:
        raise Conflict("another_person")
    return form, subject, fields


def used(form: str | None = None) -> Fields:
    """What was typed into the draft that the address asks for; nothing where that is of another
    form, of somebody else, gone, or can't be read."""
    actor, asked = session.actor_or_none(), request.args.get("draft", "")
    if actor is None or not asked or request.method == "POST":
        return ()
    for header in _headers(actor.person_id):
        if str(header.id) == asked and form in (None, header.form):
            return _in_place(header.form, _read(header) or ())
    return ()


def _in_place(form: str, fields: Fields) -> Fields:
    """With the statements that take the place of those of another version, where the draft chooses
    some."""
    if form not in (EVIDENCE_NEW, EVIDENCE_LINKS):
        return fields
    typed = dict(fields)
    ids = [an_id(statement) or 0 for statement in statements_in(form, "", fields)]
    placed = in_place({key: typed.get(f"reason-{key}", "") for key in ids})
    if placed is None:
        return fields
    chosen = placed.chosen.items()
    others = ((name, text) for name, text in fields if not STATEMENT.fullmatch(name))
    return (
        *others,
        *(("statement", str(key)) for key, _reason in chosen),
        *((f"reason-{key}", reason) for key, reason in chosen),
    )


def _read(header: DraftHeader) -> Fields | None:
    """None where it can't be read, and for nobody who is signed in, as on the style guide."""
    actor = session.actor_or_none()
    return None if actor is None else core_drafts_queries.fields(actor.person_id, header.id)


@dataclass(frozen=True, slots=True)
class ReplacedChoices:
    """`chosen`: what was typed beside each, by the statements that take the place of those of the
    other version; `refusal` says so."""

    chosen: dict[int, str]
    refusal: Conflict


def in_place(chosen: Mapping[int, str]) -> ReplacedChoices | None:
    """None where nothing that was chosen is of another version."""
    moved = replaced(session.actor().person_id, chosen, session.today()) if chosen else None
    if moved is None:
        return None
    placed = {key: typed for key, typed in chosen.items() if key not in moved.statements}
    anew, gone = [], []
    for key, statement in moved.statements.items():
        typed, title = chosen[key], mark(statement.title, moved.learner.lang)
        for new in statement.became:
            placed[new.id] = joined(placed.get(new.id, ""), typed)
            if (new.title, new.text) != (statement.title, statement.text):
                words = mark(f"{new.title}: {new.text}", moved.learner.lang)
                anew.append(f"“{words}”")
        if not statement.became:
            gone.append(f"“{title}” ({typed})" if typed else f"“{title}”")
    more = [
        *([_("Worded anew: %(statements)s.", statements=", ".join(anew))] if anew else []),
        *([_("Not in it: %(statements)s.", statements=", ".join(gone))] if gone else []),
    ]
    facts = {"version": moved.learner.framework_version, "more": "".join(f" {one}" for one in more)}
    return ReplacedChoices(placed, Conflict("choices_replaced", **facts))


def ids_in_place(chosen: Collection[int]) -> ReplacedChoices | None:
    return in_place(dict.fromkeys(chosen, ""))


def has_drafted() -> bool:
    """Whether the page has shown such a form."""
    return "has_drafted" in g


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(draft_of=draft_of, has_drafted=has_drafted)
