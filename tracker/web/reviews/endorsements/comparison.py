"""What was reviewed and what stands now, part by part, with what changed said in words."""

from dataclasses import dataclass

from flask_babel import gettext as _

from tracker.queries.endorsements.comparisons import Comparison, Piece, Side
from tracker.web.ui.template_helpers import day


@dataclass(frozen=True, slots=True)
class Part:
    """One part of what was reviewed: its lines then and now, and whether they differ. `now` is empty where there is
    nothing newer."""

    label: str
    was: list[str]
    now: list[str]
    changed: bool


def parts(of: Comparison, wording: str) -> list[Part]:
    """`wording`: the framework with its version, and the statement. Its row never changes: the wording is the same."""
    was, now = of.was, of.now
    return [
        Part(_("Answer"), [_answer(was)], [_answer(now)] if now else [], now is not None and was.answer != now.answer),
        Part(_("Note for the reviewer"), [_note(was)], [_note(now)] if now else [],
             now is not None and None not in (was.note, now.note) and was.note != now.note),
        _evidence(was, now),
        Part(_("Wording of the statement"), [wording], [wording] if now else [], False),
    ]  # fmt: skip


def _answer(side: Side) -> str:
    return str(_("%(answer)s, given %(day)s", answer=side.label, day=day(side.on)))


def _note(side: Side) -> str:
    if side.erased:
        return str(_("It was erased."))
    if side.note is None:
        return str(_("It went to another reviewer."))
    return side.note or str(_("none"))


def _evidence(was: Side, now: Side | None) -> Part:
    label = str(_("Evidence"))
    if was.pieces is None or (now is not None and now.pieces is None):
        elsewhere = [str(_("It went to another reviewer."))]
        return Part(
            label,
            elsewhere if was.pieces is None else [_piece(each) for each in was.pieces] or [str(_("none"))],
            [] if now is None else elsewhere if now.pieces is None else [_piece(each) for each in now.pieces],
            False,
        )
    if now is None or now.pieces is None:
        return Part(label, [_piece(each) for each in was.pieces] or [str(_("none"))], [], False)
    later = {each.evidence_id: each for each in now.pieces}
    earlier = {each.evidence_id: each for each in was.pieces}
    before = [_marked(each, _gone(each, later.get(each.evidence_id))) for each in was.pieces]
    after = [_marked(each, "" if each.evidence_id in earlier else _("added since")) for each in now.pieces]
    return Part(label, before or [str(_("none"))], after or [str(_("none"))], was.pieces != now.pieces)


def _gone(was: Piece, now: Piece | None) -> str:
    if now is None:
        return str(_("not linked any more"))
    if now.number != was.number:
        return str(_("now version %(number)s", number=now.number))
    return "" if now.reason == was.reason else str(_("another reason now"))


def _marked(piece: Piece, mark: str) -> str:
    return f"{_piece(piece)} ({mark})" if mark else _piece(piece)


def _piece(piece: Piece) -> str:
    title = piece.title or _("erased by its owner")
    words = _("%(title)s, version %(number)s", title=title, number=piece.number)
    return f"{words}: {piece.reason}" if piece.reason else str(words)
