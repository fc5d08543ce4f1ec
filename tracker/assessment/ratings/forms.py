"""What statements post, strictly read: one card, as a form or as JSON, or without script all that a
page or a grid holds, with what it showed of each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from tracker.rules.errors import Invalid
from tracker.rules.texts import plain_lines
from tracker.web.http.input_checks import by_id, count_of, text_of, typed_count


@dataclass(frozen=True, slots=True)
class SentRating:
    """As typed. `answer` is "" where none was chosen, or where `clear` takes it away; notes are
    None where the card did not send them."""

    answer: str
    base_version: int
    person_id: int | None
    own_note: str | None
    reviewer_note: str | None
    notes_only: bool
    clear: bool

    def chosen(self) -> str | None:
        """Raises Invalid("answer_unknown"): neither an answer nor a note, and nothing to clear."""
        has_note = self.own_note is not None or self.reviewer_note is not None
        if not (self.answer or self.clear or has_note):
            raise Invalid("answer_unknown", "answer")
        return self.answer or None


def card_from_form(form: MultiDict[str, str]) -> SentRating:
    """Raises Invalid("rating_malformed"): a field twice, a count that is none."""
    if any(len(values) > 1 for values in form.listvalues()):
        raise Invalid("rating_malformed")
    clear = form.get("save") == "clear"
    return SentRating(
        answer="" if clear else form.get("still_true") or form.get("answer", ""),
        base_version=typed_count(form.get("base_version", "0")),
        person_id=typed_count(form["person_id"]) if "person_id" in form else None,
        own_note=form.get("own_note"),
        reviewer_note=form.get("reviewer_note"),
        notes_only=form.get("save") == "notes",
        clear=clear,
    )


def from_json(body: Mapping[str, object]) -> SentRating:
    """Raises Invalid("rating_malformed"): a value of another type than the field's."""
    clear = body.get("clear") is True
    return SentRating(
        answer="" if clear else text_of(body, "answer") or "",
        base_version=count_of(body, "base_version") or 0,
        person_id=count_of(body, "person_id"),
        own_note=text_of(body, "own_note"),
        reviewer_note=text_of(body, "reviewer_note"),
        notes_only=body.get("notes_only") is True,
        clear=clear,
    )


NOTES = ("own_note", "reviewer_note")
NAME = re.compile(
    r"(answer|shown|base_version|still_true|save|cleared|(?:shown_)?(?:own|reviewer)_note)"
    r"-([1-9][0-9]{0,9})"
)


@dataclass(frozen=True, slots=True)
class SentRow:
    """As typed. `shown` and `shown_notes` are what the page held: a row that is still so was not
    touched.

    `notes` has those that the page has a field for. `still_true`: the answer whose *Keep* was
    pressed. `clear`: *Clear* was pressed, now or before the page was refused.
    """

    statement_id: int
    answer: str
    shown: str
    base_version: int
    notes: Mapping[str, str]
    shown_notes: Mapping[str, str]
    still_true: bool
    clear: bool

    @property
    def has_other_answer(self) -> bool:
        return self.still_true or self.clear or self.answer != self.shown

    @property
    def other_notes(self) -> dict[str, str]:
        return {
            name: text
            for name, text in self.notes.items()
            if plain_lines(text) != plain_lines(self.shown_notes[name])
        }

    @property
    def is_touched(self) -> bool:
        return self.has_other_answer or bool(self.other_notes)

    def chosen(self) -> str | None:
        """None where only a note was typed: an answer that still stands is not given again."""
        return self.answer if self.answer and self.has_other_answer else None

    @property
    def alone(self) -> SentRating:
        """As its statement's card would have sent it."""
        return SentRating(
            answer=self.answer,
            base_version=self.base_version,
            person_id=None,
            own_note=self.notes.get("own_note"),
            reviewer_note=self.notes.get("reviewer_note"),
            notes_only=False,
            clear=self.clear,
        )


def rows_from_form(form: MultiDict[str, str]) -> list[SentRow]:
    """Those that were touched. Raises Invalid("rating_malformed"): a field twice, a count or a
    statement that is none."""
    rows = (_row(statement_id, sent) for statement_id, sent in by_id(form, NAME).items())
    return [row for row in rows if row.is_touched]


def _row(statement_id: int, sent: Mapping[str, str]) -> SentRow:
    clear = sent.get("save") == "clear" or ("cleared" in sent and not sent.get("answer"))
    notes = {name: sent[name] for name in NOTES if name in sent}
    return SentRow(
        statement_id=statement_id,
        answer="" if clear else sent.get("still_true") or sent.get("answer", ""),
        shown=sent.get("shown", ""),
        base_version=typed_count(sent.get("base_version", "0")),
        notes=notes,
        shown_notes={name: sent.get(f"shown_{name}", "") for name in notes},
        still_true="still_true" in sent,
        clear=clear,
    )
