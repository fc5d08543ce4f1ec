"""What the page of differences posts: a choice for each row, and the button that was pressed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from tracker.reviews.differences.rules import Choice, ChoiceKind
from tracker.rules.errors import Conflict, Invalid, Refusal
from tracker.web.http.errors import refusal_messages
from tracker.web.http.input_checks import by_id, typed_count

refusal_messages(
    difference_reason=_l("Enter a reason: neither of you gave this answer."),
    difference_nothing=_l("Choose an answer for at least one difference, then confirm."),
)

NAME = re.compile(r"(choice|reason|seen|own|clear)-([1-9][0-9]{0,9})")
AGREE = f"{ChoiceKind.AGREE}:"
ACTS = ("save", "keep", "confirm", "sure")


def coded(kind: ChoiceKind, answer: str | None) -> str:
    """A choice as the value of a radio."""
    return kind.value if answer is None else f"{AGREE}{answer}"


@dataclass(frozen=True, slots=True)
class SentChoice:
    """As typed. `seen` and `own`: the stamps of what the other side and oneself had confirmed when
    the page was made."""

    item_id: int
    choice: str = ""
    reason: str = ""
    seen: str | None = None
    own: str | None = None
    is_cleared: bool = False

    def chosen(self) -> Choice:
        """Raises Invalid("answer_unknown")."""
        kind, _colon, answer = self.choice.partition(":")
        if kind not in set(ChoiceKind) or (kind == ChoiceKind.AGREE) != (answer != ""):
            raise Invalid("answer_unknown", "choice")
        return Choice(
            item_id=self.item_id,
            kind=ChoiceKind(kind),
            answer=answer or None,
            reason=self.reason,
            seen=self.seen,
            own=self.own,
        )


@dataclass(frozen=True, slots=True)
class SentDifferences:
    """`act` is the button: save the choices or confirm them; `sure` confirms what the page has
    asked about; `keep` is the script's: it saves without a word."""

    person_id: int | None
    act: str
    rows: Mapping[int, SentChoice]

    def choices(self) -> list[Choice]:
        """Of every row that has one. Raises Conflict("answers_refused") with `rows`."""
        choices, refused = list[Choice](), dict[int, Refusal]()
        for row in self.rows.values():
            if row.choice and not row.is_cleared:
                try:
                    choices.append(row.chosen())
                except Invalid as refusal:
                    refused[row.item_id] = refusal
        if refused:
            raise Conflict("answers_refused", rows=refused)
        return choices


def from_form(form: MultiDict[str, str]) -> SentDifferences:
    """Raises Invalid("rating_malformed"): a field twice, or an item that is none."""
    fields = by_id(form, NAME)
    act = form.get("act", "save")
    return SentDifferences(
        person_id=typed_count(form["person_id"]) if "person_id" in form else None,
        act=act if act in ACTS else "save",
        rows={
            item_id: SentChoice(item_id, is_cleared=sent.pop("clear", None) is not None, **sent)
            for item_id, sent in fields.items()
        },
    )
