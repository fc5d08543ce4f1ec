"""The changes of a next version as cards: folded, what differs and what becomes of its ratings."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from tracker.queries.frameworks.affected import Affected
from tracker.queries.frameworks.drafts import DraftedVersion
from tracker.rules.frameworks.changes.change_rows import place_of
from tracker.rules.frameworks.changes.comparison import Kind, VersionChange, VersionComparison
from tracker.rules.frameworks.changes.placed_statements import PlacedStatement
from tracker.rules.frameworks.changes.small_changes import (
    ExcerptPiece,
    Fate,
    Piece,
    beginning,
    excerpt,
    pieces,
)
from tracker.rules.frameworks.versions import VersionDecision
from tracker.rules.frameworks.wording import Wording
from tracker.web.frameworks.drafts.labels import KINDS, SPELLING, affected_words, all_affected
from tracker.web.i18n.content_language import mark

CARRY, ASK_AGAIN = VersionDecision.CARRY.value, VersionDecision.ASK_AGAIN.value


@dataclass(frozen=True, slots=True)
class StatementSide:
    """A statement of one version; the pieces of title and text differ from the other version or
    not."""

    code: str
    title: tuple[Piece, ...]
    text: tuple[Piece, ...]
    place: Wording


@dataclass(frozen=True, slots=True)
class DiffLine:
    """`label`: what of a statement it is, where that isn't plain."""

    label: str
    pieces: tuple[ExcerptPiece, ...]


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
    lines: tuple[DiffLine, ...]
    before: tuple[StatementSide, ...]
    after: tuple[StatementSide, ...]
    options: tuple[DecisionOption, ...] = ()
    to_decide: bool = False
    effect: str = ""
    counts: str = ""


def draft_card(drafted: DraftedVersion, change: VersionChange, affected: Affected) -> ChangeCard:
    short = affected_words(affected) if change.before else ""
    return replace(
        change_card(change),
        options=_options(drafted, change) if drafted.is_open else (),
        to_decide=drafted.is_open and drafted.is_to_decide(change),
        effect=" ".join(filter(None, (_unchanged(change), short, _outcome(drafted, change)))),
        counts=all_affected(affected) if change.before else "",
    )


def same_card(change: VersionChange, kind: str, sources: tuple[str, str] = ("", "")) -> ChangeCard:
    """Of a statement whose words and place are the same. `sources`: before and after."""
    (new,) = change.after
    lines = (DiffLine(_("Sources:"), _marked(*sources, new.lang, new.lang)),)
    card = replace(change_card(change), kind=kind, before=(), after=())
    return card if sources[0] == sources[1] else replace(card, lines=lines)


def public_cards(comparison: VersionComparison, old_lang: str, new_lang: str) -> list[ChangeCard]:
    """All that changed from one version to another, without what became of ratings."""
    return [
        *(change_card(change) for change in comparison.changed),
        *(same_card(change, _("Renumbered")) for change in comparison.renumbered),
        *title_cards(comparison, old_lang, new_lang),
    ]


def title_cards(comparison: VersionComparison, old_lang: str, new_lang: str) -> list[ChangeCard]:
    """Of sections, domains, and levels that are called otherwise, new, or gone."""
    cards = list[ChangeCard]()
    for number, (old, new) in enumerate(comparison.renamed):
        lines = [DiffLine("", _marked(old, new, old_lang, new_lang))] if old and new else []
        effect = "" if lines else _("New in this version.") if new else _("Not in this version.")
        title = mark(new, new_lang) if new else mark(old, old_lang)
        sides = (tuple(lines), (), ())
        cards.append(ChangeCard(f"title-{number}", _("Title"), "", title, *sides, effect=effect))
    return cards


def change_card(change: VersionChange) -> ChangeCard:
    before, after = _sides(change)
    named = change.after if change.kind == Kind.MERGED or not change.before else change.before
    return ChangeCard(
        change.key,
        str(SPELLING if change.offers_carry else KINDS[change.kind]),
        _codes(change),
        mark(named[0].title, named[0].lang),
        tuple(_lines(change)),
        before,
        after,
    )


def _codes(change: VersionChange) -> str:
    before, after = (
        " + ".join(each.code for each in side) for side in (change.before, change.after)
    )
    if before == after or not after or len(change.before) != len(change.after):
        return before or after
    return _("%(before)s, now %(after)s", before=before, after=after) if before else after


def _lines(change: VersionChange) -> list[DiffLine]:
    if len(change.before) == len(change.after) == 1:
        return _of_one(change, change.before[0], change.after[0])
    if not change.before or not change.after:
        fate = Fate.WENT if change.before else Fate.STAYS
        (each,) = change.before or change.after
        return [DiffLine("", (_piece(beginning(each.text), fate, each.lang),))]
    is_split = len(change.after) > 1
    went = [(each.title, Fate.WENT, each.lang) for each in change.before]
    came = [
        (f"{each.code} {each.title}" if is_split else each.title, Fate.CAME, each.lang)
        for each in change.after
    ]
    space = ExcerptPiece(" ", Fate.STAYS)
    found = [piece for each in (*went, *came) for piece in (_piece(*each), space)]
    return [DiffLine("", tuple(found))]


def _of_one(change: VersionChange, old: PlacedStatement, new: PlacedStatement) -> list[DiffLine]:
    parts: list[tuple[str, Callable[[PlacedStatement], str]]] = [
        (_("Section:"), lambda each: each.section_title),
        (_("Domain:"), lambda each: each.domain_title),
        (_("Level:"), lambda each: each.level_name),
    ]
    moved = [(label, of(old), of(new)) for label, of in parts if change.kind == Kind.MOVED]
    lines = [(label, one, other) for label, one, other in moved if one != other]
    words = (old.title, new.title), (old.text, new.text)
    lines += [("", one, other) for one, other in words if one != other]
    return [DiffLine(label, _marked(one, other, old.lang, new.lang)) for label, one, other in lines]


def _marked(before: str, after: str, old_lang: str, new_lang: str) -> tuple[ExcerptPiece, ...]:
    return tuple(
        _piece(each.text, each.fate, old_lang if each.fate == Fate.WENT else new_lang)
        for each in excerpt(before, after)
    )


def _piece(text: str, fate: Fate, lang: str) -> ExcerptPiece:
    return ExcerptPiece(mark(text, lang), fate)


def _sides(change: VersionChange) -> tuple[tuple[StatementSide, ...], tuple[StatementSide, ...]]:
    if len(change.before) == len(change.after) == 1:
        (old,), (new,) = change.before, change.after
        titles, texts = pieces(old.title, new.title), pieces(old.text, new.text)
        return (_side(old, titles[0], texts[0]),), (_side(new, titles[1], texts[1]),)
    return tuple(map(_whole, change.before)), tuple(map(_whole, change.after))


def _whole(each: PlacedStatement) -> StatementSide:
    return _side(each, (Piece(each.title, False),), (Piece(each.text, False),))


def _side(
    each: PlacedStatement, title: tuple[Piece, ...], text: tuple[Piece, ...]
) -> StatementSide:
    """Each version is in its own language."""
    said = [
        tuple(replace(piece, text=mark(piece.text, each.lang)) for piece in part)
        for part in (title, text)
    ]
    return StatementSide(each.code, said[0], said[1], mark(place_of(each), each.lang))


def _options(drafted: DraftedVersion, change: VersionChange) -> tuple[DecisionOption, ...]:
    """What only differs in case, spelling, or punctuation is suggested as carried; what is retired
    can be kept where there is a place for it."""
    if change.kind == Kind.RETIRED:
        return tuple(_of_retired(drafted, change))
    if not change.needs_decision:
        return ()
    parts = [
        (f"{CARRY}:{each.uuid}", _("Carry as %(code)s", code=each.code)) for each in change.after
    ]
    carry = parts if change.kind == Kind.SPLIT else [(CARRY, _("Carry"))]
    decision = drafted.decision_of(change)
    return tuple(
        DecisionOption(
            f"change-{change.key}",
            value,
            label,
            value == decision,
            not decision and change.offers_carry and value == CARRY,
        )
        for value, label in (*carry, (ASK_AGAIN, _("Ask again")))
    )


def _of_retired(drafted: DraftedVersion, change: VersionChange) -> Iterator[DecisionOption]:
    uuid = change.before[0].uuid
    is_kept = uuid in drafted.kept
    if is_kept or uuid in drafted.keepable:
        yield DecisionOption(f"retire-{change.key}", uuid, _("Retire"), not is_kept, False)
        yield DecisionOption(f"keep-{change.key}", uuid, _("Keep it"), is_kept, False)


def _unchanged(change: VersionChange) -> str:
    is_only_moved = change.kind == Kind.MOVED and not change.is_reworded
    return _("Text unchanged.") if is_only_moved else ""


def _outcome(drafted: DraftedVersion, change: VersionChange) -> str:
    if {each.uuid for each in change.before} & drafted.kept:
        return str(_("Goes on as it is."))
    decision, _colon, part = drafted.decision_of(change).partition(":")
    codes = [each.code for each in change.after if each.uuid == part]
    outcomes = {
        Kind.RETIRED: _("Leaves all counts; stays in history."),
        Kind.NEW: _("Not rated yet, for everybody."),
        (Kind.MERGED, CARRY): _("Carried over where all ratings are the same."),
        (Kind.SPLIT, CARRY): _(
            "Carried over as %(code)s. The others are asked again.", code="".join(codes)
        ),
        CARRY: _("Carried over."),
        ASK_AGAIN: _("Asked again."),
        "": "" if drafted.is_open else _("Nobody decided: asked again."),
    }
    ways = (change.kind, (change.kind, decision), decision)
    return str(next(outcomes[each] for each in ways if each in outcomes))
