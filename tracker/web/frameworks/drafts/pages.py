"""What the page of a draft is given."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from tracker.queries.frameworks.affected import AffectedByChanges
from tracker.queries.frameworks.drafts import DraftedVersion
from tracker.rules.frameworks.changes.change_rows import place_of
from tracker.rules.frameworks.changes.comparison import Kind, PlacedStatement, VersionChange
from tracker.rules.frameworks.changes.small_changes import Piece, pieces
from tracker.rules.frameworks.versions import VersionDecision
from tracker.rules.frameworks.wording import Wording
from tracker.web.frameworks.drafts.labels import KINDS, affected_words

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
    label: Wording
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
        named[0].title,
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
        return (
            (StatementSide(old.code, titles[0], texts[0], place_of(old)),),
            (StatementSide(new.code, titles[1], texts[1], place_of(new)),),
        )
    return tuple(map(_whole, change.before)), tuple(map(_whole, change.after))


def _whole(each: PlacedStatement) -> StatementSide:
    title, text = Piece(each.title, False), Piece(each.text, False)
    return StatementSide(each.code, (title,), (text,), place_of(each))


def _options(drafted: DraftedVersion, change: VersionChange) -> tuple[DecisionOption, ...]:
    """What only differs in case, spelling, or punctuation is offered as carried."""
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
        OriginByHand(uuid, new[uuid].title, tuple(old[each].title for each in earlier))
        for uuid, earlier in drafted.origins.items()
        if earlier
    ]
