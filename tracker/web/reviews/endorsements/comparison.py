"""What was reviewed and what stands now, part by part, with what changed said in words."""

from dataclasses import dataclass

from flask_babel import gettext as _

from tracker.queries.endorsements.comparisons import ComparedEvidence, ComparedSide, Comparison
from tracker.web.ui.templating.dates import day


@dataclass(frozen=True, slots=True)
class ComparedPart:
    """One part of what was reviewed: its lines then and now, and whether they differ. `now` is
    empty where there is nothing newer."""

    label: str
    was: list[str]
    now: list[str]
    changed: bool


def parts(of: Comparison, framework: str, version: str, text: str) -> list[ComparedPart]:
    """`version` and `text`: of the statement as it is now. The wording of one version never
    changes."""
    was, now = of.was, of.now
    return [
        ComparedPart(
            _("Answer"),
            [_answer(was)],
            [_answer(now)] if now else [],
            now is not None and was.answer != now.answer,
        ),
        ComparedPart(
            _("Note for the reviewer"),
            [_note(was)],
            [_note(now)] if now else [],
            now is not None and None not in (was.note, now.note) and was.note != now.note,
        ),
        _evidence(was, now),
        ComparedPart(
            _("Wording of the statement"),
            [_wording(framework, of.version, of.text)],
            [_wording(framework, version, text)] if now else [],
            of.text != text,
        ),
    ]


def _wording(framework: str, version: str, text: str) -> str:
    return str(
        _(
            "%(framework)s, version %(version)s: %(text)s",
            framework=framework,
            version=version,
            text=text,
        )
    )


def _answer(side: ComparedSide) -> str:
    return str(_("%(answer)s, given %(day)s", answer=side.label, day=day(side.on)))


def _note(side: ComparedSide) -> str:
    if side.erased:
        return str(_("It was erased."))
    if side.note is None:
        return str(_("It went to another reviewer."))
    return side.note or str(_("none"))


def _evidence(was: ComparedSide, now: ComparedSide | None) -> ComparedPart:
    label = str(_("Evidence"))
    if was.pieces is None or (now is not None and now.pieces is None):
        elsewhere = [str(_("It went to another reviewer."))]
        return ComparedPart(
            label,
            elsewhere
            if was.pieces is None
            else [_piece(each) for each in was.pieces] or [str(_("none"))],
            []
            if now is None
            else elsewhere
            if now.pieces is None
            else [_piece(each) for each in now.pieces],
            False,
        )
    if now is None or now.pieces is None:
        return ComparedPart(
            label, [_piece(each) for each in was.pieces] or [str(_("none"))], [], False
        )
    later = {each.evidence_id: each for each in now.pieces}
    earlier = {each.evidence_id: each for each in was.pieces}
    before = [_marked(each, _gone(each, later.get(each.evidence_id))) for each in was.pieces]
    after = [
        _marked(each, "" if each.evidence_id in earlier else _("added since"))
        for each in now.pieces
    ]
    return ComparedPart(
        label, before or [str(_("none"))], after or [str(_("none"))], was.pieces != now.pieces
    )


def _gone(was: ComparedEvidence, now: ComparedEvidence | None) -> str:
    if now is None:
        return str(_("not linked anymore"))
    if now.number != was.number:
        return str(_("now version %(number)s", number=now.number))
    return "" if now.reason == was.reason else str(_("another reason now"))


def _marked(piece: ComparedEvidence, mark: str) -> str:
    return f"{_piece(piece)} ({mark})" if mark else _piece(piece)


def _piece(piece: ComparedEvidence) -> str:
    title = piece.title or _("erased by its owner")
    words = _("%(title)s, version %(number)s", title=title, number=piece.number)
    return f"{words}: {piece.reason}" if piece.reason else str(words)
