"""What the page of differences posts: a choice for each row, which rows are ticked, and the button
that was pressed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from tracker.rules.errors import Conflict, Invalid, Refusal
from tracker.rules.reviews.differences import Choice, ChoiceKind
from tracker.web.http.errors import refusal_messages
from tracker.web.ui.posted import by_id, typed_count

refusal_messages(
    difference_reason=_l("Enter a reason: neither of you gave this answer."),
    difference_other=_l("Choose the other answer."),
    difference_unsure=_l("“Not sure” can’t be agreed on. Choose an answer for this one."),
    difference_nothing=_l("Choose an answer for at least one difference, then confirm."),
    difference_no_tick=_l("Tick at least one difference first."),
    difference_sent_again=_l(
        "This statement was sent for review again, so it can’t be opened here anymore. Nothing was "
        "changed."
    ),
)

NAME = re.compile(r"(choice|other|reason|seen|own|tick)-([1-9][0-9]{0,9})")
OTHER = "other"
AGREE = f"{ChoiceKind.AGREE}:"
TICKED = ("mine", "theirs", ChoiceKind.TALK.value, ChoiceKind.NO_AGREEMENT.value, "clear")
"""What the bar can do to every ticked row."""
ACTS = ("save", "confirm", "keep", *TICKED)


def coded(kind: ChoiceKind, answer: str | None) -> str:
    """A choice as the value of a radio."""
    return kind.value if answer is None else f"{AGREE}{answer}"


@dataclass(frozen=True, slots=True)
class SentChoice:
    """As typed. `seen` and `own`: the stamps of what the other side and oneself had confirmed when
    the page was made."""

    item_id: int
    choice: str = ""
    other: str = ""
    reason: str = ""
    seen: str | None = None
    own: str | None = None
    is_ticked: bool = False

    @property
    def is_half(self) -> bool:
        """*Another*, and not which."""
        return self.choice == OTHER and not self.other

    def chosen(self) -> Choice:
        """Raises Invalid("answer_unknown"). Half a choice is to agree on "": the service says what
        is missing, of all rows at once."""
        if self.is_half:
            return Choice(self.item_id, ChoiceKind.AGREE, "", self.reason, self.seen, self.own)
        return self.of(self.other if self.choice == OTHER else self.choice)

    def of(self, value: str, reason: str | None = None) -> Choice:
        """This row with another choice."""
        kind, _colon, answer = value.partition(":")
        if kind not in set(ChoiceKind) or (kind == ChoiceKind.AGREE) != (answer != ""):
            raise Invalid("answer_unknown", "choice")
        reason = self.reason if reason is None else reason
        return Choice(self.item_id, ChoiceKind(kind), answer or None, reason, self.seen, self.own)


@dataclass(frozen=True, slots=True)
class SentDifferences:
    """`act` is the button: keep the choices, confirm them, or do something with what is ticked.
    `keep` is the script's: it saves without a word."""

    person_id: int | None
    act: str
    rows: Mapping[int, SentChoice]
    reason: str

    def ticked(self) -> list[SentChoice]:
        """Raises Invalid("difference_no_tick")."""
        found = [row for row in self.rows.values() if row.is_ticked]
        if not found:
            raise Invalid("difference_no_tick")
        return found

    def choices(self) -> list[Choice]:
        """Of every row that has one; what the script saves by itself leaves out what is half.
        Raises Conflict("answers_refused") with `rows`."""
        found, refused = list[Choice](), dict[int, Refusal]()
        for row in self.rows.values():
            if row.choice and not (row.is_half and self.act == "keep"):
                try:
                    found.append(row.chosen())
                except Invalid as refusal:
                    refused[row.item_id] = refusal
        if refused:
            raise Conflict("answers_refused", rows=refused)
        return found


def from_form(form: MultiDict[str, str]) -> SentDifferences:
    """Raises Invalid("rating_malformed"): a field twice, or an item that is none."""
    fields = by_id(form, NAME)
    act = form.get("act", "save")
    return SentDifferences(
        person_id=typed_count(form["person_id"]) if "person_id" in form else None,
        act=act if act in ACTS else "save",
        rows={
            item_id: SentChoice(
                item_id,
                sent.get("choice", ""),
                sent.get("other", ""),
                sent.get("reason", ""),
                sent.get("seen"),
                sent.get("own"),
                "tick" in sent,
            )
            for item_id, sent in fields.items()
        },
        reason=form.get("reason", ""),
    )
