"""What the page of a draft is given."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from tracker.queries.frameworks.affected import AffectedByChanges, targets_that_end
from tracker.queries.frameworks.drafts import DraftedVersion
from tracker.rules.frameworks.changes.change_rows import place_of
from tracker.rules.frameworks.changes.comparison import Kind, VersionChange
from tracker.rules.frameworks.changes.level_effects import (
    ChangedLevel,
    LevelEffects,
    changed_levels,
)
from tracker.rules.frameworks.changes.placed_statements import PlacedStatement
from tracker.rules.frameworks.changes.small_changes import Piece, pieces
from tracker.rules.frameworks.versions import VersionDecision
from tracker.rules.frameworks.wording import Wording
from tracker.web.frameworks.drafts.labels import KINDS, affected_words, count
from tracker.web.i18n.content_language import mark

CHANGED, UNDECIDED = "changed", "undecided"


@dataclass(frozen=True, slots=True)
class StatementSide:
    """A statement of one version; the pieces of title and text differ from the other version or
    not."""

    code: str
    title: tuple[Piece, ...]
    text: tuple[Piece, ...]
    place: Wording


@dataclass(frozen=True, slots=True)
class DecisionOption:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class ChangeCard:
    key: str
    kind: Kind
    codes: str
    title: Wording
    before: tuple[StatementSide, ...]
    after: tuple[StatementSide, ...]
    same_words: bool
    is_decided: bool
    offers_carry: bool
    options: tuple[DecisionOption, ...]
    affected: str


@dataclass(frozen=True, slots=True)
class KindFilter:
    key: str
    label: str
    count: int


def filters(drafted: DraftedVersion) -> list[KindFilter]:
    """With those kinds that are there."""
    comparison = drafted.comparison
    counted = Counter(change.kind for change in comparison.changes)
    found = [KindFilter(CHANGED, _("Changed"), len(comparison.changed))]
    if drafted.is_open and drafted.undecided:
        found.append(KindFilter(UNDECIDED, _("To decide"), len(drafted.undecided)))
    found += [
        KindFilter(kind.value, str(label), counted[kind])
        for kind, label in KINDS.items()
        if counted[kind]
    ]
    return found


def shown(drafted: DraftedVersion, asked: str) -> Sequence[VersionChange]:
    if asked == UNDECIDED:
        return drafted.undecided
    if asked in set(Kind):
        return drafted.comparison.of(Kind(asked))
    return drafted.comparison.changed


def cards(
    drafted: DraftedVersion, changes: Sequence[VersionChange], affected: AffectedByChanges
) -> list[ChangeCard]:
    return [
        change_card(
            change,
            _options(drafted, change),
            affected_words(affected.by(change.key)) if change.before else "",
            change.key in drafted.decisions,
        )
        for change in changes
    ]


def change_card(
    change: VersionChange,
    options: tuple[DecisionOption, ...] = (),
    affected: str = "",
    is_decided: bool = False,
) -> ChangeCard:
    before, after = _sides(change)
    named = change.after if change.kind == Kind.MERGED or not change.before else change.before
    codes = dict.fromkeys(each.code for each in (*change.before, *change.after))
    return ChangeCard(
        change.key,
        change.kind,
        ", ".join(codes),
        mark(named[0].title, named[0].lang),
        before,
        after,
        not change.is_reworded,
        is_decided,
        change.offers_carry,
        options,
        affected,
    )


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
    """What only differs in case, spelling, or punctuation is offered as carried, and published so
    with the page."""
    if not change.needs_decision:
        return ()
    carry, again = VersionDecision.CARRY.value, VersionDecision.ASK_AGAIN.value
    chosen = drafted.decision_of(change) or (carry if change.offers_carry else "")
    if change.kind == Kind.SPLIT:
        words = [
            (
                f"{carry}:{each.uuid}",
                _("Carry over to %(code)s, rate the others again", code=each.code),
            )
            for each in change.after
        ]
    elif change.kind == Kind.MERGED:
        words = [(carry, _("Carry over where all ratings are the same"))]
    else:
        words = [(carry, _("Carry over"))]
    words.append((again, _("Ask staff to rate again")))
    return tuple(DecisionOption(value, label, value == chosen) for value, label in words)


@dataclass(frozen=True, slots=True)
class LevelEffectRow:
    """`reached` and `lost`: by how many people; "" once that is published."""

    level: ChangedLevel
    reached: str
    lost: str


def levels(drafted: DraftedVersion, effects: LevelEffects | None) -> list[LevelEffectRow]:
    """Those that list more or fewer statements, or other ones, so that somebody holds or loses
    them."""
    return [
        LevelEffectRow(
            each,
            "" if effects is None else count(effects.reached[each.place]),
            "" if effects is None else count(effects.lost[each.place]),
        )
        for each in changed_levels(drafted.comparison, drafted.would_carry, drafted.past.gone)
        if each.before != each.after
        or each.later
        or (effects is not None and each.place in effects.reached | effects.lost)
    ]


@dataclass(frozen=True, slots=True)
class NamedWording:
    name: Wording


@dataclass(frozen=True, slots=True)
class RenamedPart:
    """Empty where it was not there before, or is not there anymore."""

    before: Wording
    after: Wording


@dataclass(frozen=True, slots=True)
class OriginByHand:
    uuid: str
    title: Wording
    earlier: tuple[Wording, ...]


def by_hand(drafted: DraftedVersion) -> list[OriginByHand]:
    changes = drafted.comparison.changes
    old = {each.uuid: each for change in changes for each in change.before}
    new = {each.uuid: each for change in changes for each in change.after}
    return [
        OriginByHand(
            uuid,
            mark(new[uuid].title, new[uuid].lang),
            tuple(mark(old[each].title, old[each].lang) for each in earlier),
        )
        for uuid, earlier in drafted.origins.items()
        if earlier
    ]


@dataclass(frozen=True, slots=True)
class EndedTargets:
    """Of a domain that is gone; for how many people."""

    title: Wording
    people: str


def ended_targets(drafted: DraftedVersion, today: dt.date) -> list[EndedTargets]:
    ending = {each.key: each for each in drafted.gone_domains}
    for key in drafted.went_on.values():
        del ending[key]
    if drafted.base_framework_id is None:
        return []
    found = targets_that_end(drafted.base_framework_id, ending, today)
    return [
        EndedTargets(mark(each.title, drafted.before.lang), count(found[key]))
        for key, each in ending.items()
        if key in found
    ]


@dataclass(frozen=True, slots=True)
class TargetsGoOn:
    key: str
    title: Wording
    before: Wording


def went_on(drafted: DraftedVersion) -> list[TargetsGoOn]:
    new, gone = (
        {each.key: each.title for each in of} for of in (drafted.new_domains, drafted.gone_domains)
    )
    return [
        TargetsGoOn(
            key, mark(new[key], drafted.after.lang), mark(gone[before], drafted.before.lang)
        )
        for key, before in drafted.went_on.items()
    ]


def renamed(drafted: DraftedVersion) -> list[RenamedPart]:
    return [
        RenamedPart(mark(before, drafted.before.lang), mark(after, drafted.after.lang))
        for before, after in drafted.comparison.renamed
    ]
