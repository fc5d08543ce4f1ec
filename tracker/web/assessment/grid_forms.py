"""What a grid posts without script: every statement of a domain at once, with what the page showed
for each."""

import re
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from tracker.web.assessment.forms import SentRating
from tracker.web.ui.posted import by_id, typed_count

NAME = re.compile(r"(answer|shown|base_version|own_note|shown_note)-([1-9][0-9]{0,9})")


@dataclass(frozen=True, slots=True)
class SentRow:
    """As typed. `shown` and `shown_note` are what the page held: a row that is still so was not
    touched.

    `own_note` is None where the grid has no notes. `still_true`: the button that confirms an old
    answer was pressed.
    """

    statement_id: int
    answer: str
    shown: str
    base_version: int
    own_note: str | None
    shown_note: str
    still_true: bool

    @property
    def is_touched(self) -> bool:
        other_note = self.own_note is not None and _plain(self.own_note) != _plain(self.shown_note)
        return self.still_true or self.answer != self.shown or other_note

    def chosen(self) -> str | None:
        """None where only a note was typed."""
        return self.answer or None

    @property
    def alone(self) -> SentRating:
        """As its statement's card would have sent it."""
        return SentRating(
            answer=self.answer,
            base_version=self.base_version,
            person_id=None,
            own_note=self.own_note,
            reviewer_note=None,
            page="statement",
            notes_only=False,
            clear=False,
        )


@dataclass(frozen=True, slots=True)
class SentGrid:
    person_id: int | None
    rows: list[SentRow]

    @property
    def touched(self) -> list[SentRow]:
        return [row for row in self.rows if row.is_touched]


def from_form(form: MultiDict[str, str]) -> SentGrid:
    """Raises Invalid("rating_malformed"): a field twice, a count or a statement that is none."""
    fields = by_id(form, NAME)
    still_true = form.get("still_true", "")
    rows = [
        SentRow(
            statement_id=statement_id,
            answer=sent.get("answer", ""),
            shown=sent.get("shown", ""),
            base_version=typed_count(sent.get("base_version", "0")),
            own_note=sent.get("own_note"),
            shown_note=sent.get("shown_note", ""),
            still_true=still_true == str(statement_id),
        )
        for statement_id, sent in fields.items()
    ]
    return SentGrid(typed_count(form["person_id"]) if "person_id" in form else None, rows)


def _plain(note: str) -> str:
    return note.replace("\r\n", "\n").strip()
