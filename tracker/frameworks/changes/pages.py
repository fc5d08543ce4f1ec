"""The changes from one version to another as cards: folded, and what differs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext as _, lazy_gettext as _l

from tracker.frameworks.changes.rules import (
    Fate,
    Kind,
    Piece,
    VersionChange,
    VersionComparison,
    beginning,
    excerpt,
    pieces,
)
from tracker.frameworks.changes.rules_places import PlacedStatement
from tracker.frameworks.versions.pages import rule_words
from tracker.rules.core.wording import Wording
from tracker.web.i18n.content_language import mark

KINDS = {
    Kind.REWORDED: _l("Reworded"),
    Kind.MOVED: _l("Moved"),
    Kind.SPLIT: _l("Split"),
    Kind.MERGED: _l("Merged"),
    Kind.RETIRED: _l("Retired"),
    Kind.NEW: _l("New"),
    Kind.SAME: _l("Same"),
}
SPELLING = _l("Spelling")
SPACE = Piece(" ", Fate.STAYS)
FEW = 5


def count(number: int) -> str:
    """A number as everybody may see it: few people are not counted, so that none of them can be
    found out."""
    return str(number) if number >= FEW else _("under %(few)s", few=FEW)


@dataclass(frozen=True, slots=True)
class StatementSide:
    """A statement of one version; the pieces of title and text differ from the other version or
    not."""

    code: str
    title: Sequence[Piece]
    text: Sequence[Piece]
    place: Wording


@dataclass(frozen=True, slots=True)
class DiffLine:
    """`label`: what of a statement it is, where that isn't plain."""

    label: str
    pieces: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class DecisionOption:
    name: str
    value: str
    label: str
    pressed: bool
    suggested: bool


@dataclass(frozen=True, slots=True)
class ChangeCard:
    """`effect`: whom it affects, and what becomes of their ratings; `counts`: all of whom."""

    key: str
    kind: str
    codes: str
    title: Wording
    lines: Sequence[DiffLine] = ()
    before: Sequence[StatementSide] = ()
    after: Sequence[StatementSide] = ()
    options: Sequence[DecisionOption] = ()
    to_decide: bool = False
    effect: str = ""
    counts: str = ""


def public_cards(comparison: VersionComparison, old_lang: str, new_lang: str) -> list[ChangeCard]:
    """All that changed from one version to another, without what became of ratings."""
    return [
        *(change_card(change) for change in comparison.changed),
        *(same_card(change, _("Renumbered")) for change in comparison.renumbered),
        *rule_cards(comparison),
        *title_cards(comparison, old_lang, new_lang),
    ]


def change_card(change: VersionChange) -> ChangeCard:
    before, after = _sides(change)
    named = change.after if change.kind == Kind.MERGED or not change.before else change.before
    return ChangeCard(
        key=change.key,
        kind=str(SPELLING if change.offers_carry else KINDS[change.kind]),
        codes=_codes(change),
        title=mark(named[0].title, named[0].lang),
        lines=_lines(change),
        before=before,
        after=after,
    )


def same_card(change: VersionChange, kind: str, sources: tuple[str, str] = ("", "")) -> ChangeCard:
    """A card for a statement whose words and place are the same. `sources`: before and after."""
    lang = change.after[0].lang
    lines = [DiffLine(_("Sources:"), _marked(*sources, lang, lang))]
    card = replace(change_card(change), kind=kind, before=(), after=())
    return card if sources[0] == sources[1] else replace(card, lines=lines)


def rule_cards(comparison: VersionComparison) -> list[ChangeCard]:
    """One where levels need something else."""
    before, after = map(rule_words, comparison.rules)
    line = DiffLine("", [Piece(before, Fate.WENT), SPACE, Piece(after, Fate.CAME)])
    card = ChangeCard(
        key="rule", kind=_("Rule"), codes="", title=_("What a level needs"), lines=[line]
    )
    return [card] if before != after else []


def title_cards(comparison: VersionComparison, old_lang: str, new_lang: str) -> list[ChangeCard]:
    """Cards for sections, domains, and levels that are new, gone, or have another title."""
    cards = list[ChangeCard]()
    for number, (old, new) in enumerate(comparison.renamed):
        lines = [DiffLine("", _marked(old, new, old_lang, new_lang))] if old and new else []
        effect = "" if lines else _("New in this version.") if new else _("Not in this version.")
        title = mark(new, new_lang) if new else mark(old, old_lang)
        cards.append(
            ChangeCard(
                key=f"title-{number}",
                kind=_("Title"),
                codes="",
                title=title,
                lines=lines,
                effect=effect,
            )
        )
    return cards


def _codes(change: VersionChange) -> str:
    before, after = (
        " + ".join(statement.code for statement in side) for side in (change.before, change.after)
    )
    if before == after or not after or len(change.before) != len(change.after):
        return before or after
    return _("%(before)s, now %(after)s", before=before, after=after) if before else after


def _lines(change: VersionChange) -> list[DiffLine]:
    if len(change.before) == len(change.after) == 1:
        return _lines_of_one(change, change.before[0], change.after[0])
    if not change.before or not change.after:
        fate = Fate.WENT if change.before else Fate.STAYS
        (statement,) = change.before or change.after
        return [DiffLine("", [_piece(beginning(statement.text), fate, statement.lang)])]
    is_split = len(change.after) > 1
    titles = [
        *(_piece(old.title, Fate.WENT, old.lang) for old in change.before),
        *(
            _piece(f"{new.code} {new.title}" if is_split else new.title, Fate.CAME, new.lang)
            for new in change.after
        ),
    ]
    return [DiffLine("", [piece for title in titles for piece in (title, SPACE)])]


def _lines_of_one(
    change: VersionChange, old: PlacedStatement, new: PlacedStatement
) -> list[DiffLine]:
    lines = [("", old.title, new.title), ("", old.text, new.text)]
    if change.kind == Kind.MOVED:
        lines = [
            (_("Section:"), old.section_title, new.section_title),
            (_("Domain:"), old.domain_title, new.domain_title),
            (_("Level:"), old.level_name, new.level_name),
            *lines,
        ]
    return [
        DiffLine(label, _marked(before, after, old.lang, new.lang))
        for label, before, after in lines
        if before != after
    ]


def _marked(before: str, after: str, old_lang: str, new_lang: str) -> list[Piece]:
    return [
        _piece(piece.text, piece.fate, old_lang if piece.fate == Fate.WENT else new_lang)
        for piece in excerpt(before, after)
    ]


def _piece(text: str, fate: Fate, lang: str) -> Piece:
    return Piece(mark(text, lang), fate)


def _sides(change: VersionChange) -> tuple[list[StatementSide], list[StatementSide]]:
    if len(change.before) == len(change.after) == 1:
        (old,), (new,) = change.before, change.after
        titles, texts = pieces(old.title, new.title), pieces(old.text, new.text)
        return [_side(old, titles[0], texts[0])], [_side(new, titles[1], texts[1])]
    before, after = (
        [_side(of, [Piece(of.title, Fate.STAYS)], [Piece(of.text, Fate.STAYS)]) for of in side]
        for side in (change.before, change.after)
    )
    return before, after


def _side(
    statement: PlacedStatement, title: Iterable[Piece], text: Iterable[Piece]
) -> StatementSide:
    """Each version is in its own language."""
    marked_title, marked_text = (
        [replace(piece, text=mark(piece.text, statement.lang)) for piece in part]
        for part in (title, text)
    )
    place = mark(statement.place_in_words, statement.lang)
    return StatementSide(statement.code, marked_title, marked_text, place)
