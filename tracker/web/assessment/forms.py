"""What a statement's card posts, as a form or as JSON: one shape, strictly read."""

from collections.abc import Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from tracker.rules.errors import Invalid
from tracker.web.ui.posted import count, text, typed_count


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
        if self.answer:
            return self.answer
        if self.clear:
            return None
        if self.own_note is None and self.reviewer_note is None:
            raise Invalid("answer_unknown", "answer")
        return None


def from_form(form: MultiDict[str, str]) -> SentRating:
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
        answer="" if clear else text(body, "answer") or "",
        base_version=count(body, "base_version") or 0,
        person_id=count(body, "person_id"),
        own_note=text(body, "own_note"),
        reviewer_note=text(body, "reviewer_note"),
        notes_only=body.get("notes_only") is True,
        clear=clear,
    )
