"""The changes of a draft: by how much they ask of who publishes it, each as a card with whom it
affects and what becomes of their ratings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext as _, ngettext

from tracker.frameworks.changes.pages import (
    FEW,
    ChangeCard,
    DecisionOption,
    change_card,
    count,
    rule_cards,
    same_card,
    title_cards,
)
from tracker.frameworks.changes.queries import Affected, affected
from tracker.frameworks.changes.rules import Kind, VersionChange
from tracker.frameworks.drafts.queries import DraftedVersion
from tracker.frameworks.files.rules import FrameworkFile
from tracker.frameworks.versions.queries import skills_named
from tracker.frameworks.versions.rules import VersionDecision

CARRY, ASK_AGAIN = VersionDecision.CARRY.value, VersionDecision.ASK_AGAIN.value


@dataclass(frozen=True, slots=True)
class DraftChanges:
    """All that changes, by how much it asks of who publishes. `of_nothing`: what there is that
    needs nothing, in words; `lead`: how many there are."""

    to_think_about: list[ChangeCard]
    suggested: list[ChangeCard]
    need_nothing: list[ChangeCard]
    of_nothing: str
    lead: str

    @property
    def undecided(self) -> list[ChangeCard]:
        return [card for card in self.to_think_about if card.to_decide]

    @property
    def progress(self) -> str:
        left, of = len(self.undecided), len(self.to_think_about)
        if not left:
            return _("All decided") if of else ""
        return _("%(num)s of %(of)s to decide", num=left, of=of)

    @property
    def small(self) -> dict[str, str]:
        """The fields by which all that are suggested and not decided are carried."""
        options = (option for card in self.suggested for option in card.options)
        return {option.name: option.value for option in options if option.suggested}


def changes(drafted: DraftedVersion) -> DraftChanges:
    skills = skills_named(drafted.base_id)
    people = affected(
        {change.key: [skills[old.uuid] for old in change.before] for change in drafted.changed}
    )
    think, suggested, new = list[ChangeCard](), list[ChangeCard](), list[ChangeCard]()
    for change in drafted.changed:
        suggests = suggested if change.offers_carry else think
        group = new if change.kind == Kind.NEW else suggests
        group.append(_card(drafted, change, people[change.key]))
    renumbered, sources = _unchanged(drafted)
    titles = title_cards(drafted.comparison, drafted.before.lang, drafted.after.lang)
    rules = rule_cards(drafted.comparison)
    need_nothing = [*new, *renumbered, *sources, *rules, *titles]
    words = (
        ngettext("%(num)d new", "%(num)d new", len(new)) if new else "",
        ngettext("%(num)d renumbered", "%(num)d renumbered", len(renumbered)) if renumbered else "",
        ngettext("%(num)d sources only", "%(num)d sources only", len(sources)) if sources else "",
        _("the rule for levels") if rules else "",
        ngettext("%(num)d title", "%(num)d titles", len(titles)) if titles else "",
    )
    lead = ngettext(
        "%(num)d change since %(base)s.",
        "%(num)d changes since %(base)s.",
        len(think) + len(suggested) + len(need_nothing),
        base=drafted.before.version,
    )
    then = _("Nothing changes for anyone until you publish.") if drafted.is_open else ""
    of_nothing = ", ".join(filter(None, words))
    return DraftChanges(
        to_think_about=think,
        suggested=suggested,
        need_nothing=need_nothing,
        of_nothing=of_nothing,
        lead=f"{lead} {then}".strip(),
    )


def _unchanged(drafted: DraftedVersion) -> tuple[list[ChangeCard], list[ChangeCard]]:
    """Cards for statements whose words and place are the same: with another code, and with other
    sources."""
    old, new = _sources(drafted.before), _sources(drafted.after)
    renumbered, sources = list[ChangeCard](), list[ChangeCard]()
    for change in drafted.comparison.of(Kind.SAME):
        (before,), (after,) = change.before, change.after
        cited = old.get(before.uuid, new[after.uuid]), new[after.uuid]
        if before.code != after.code:
            renumbered.append(same_card(change, _("Renumbered"), cited))
        elif cited[0] != cited[1]:
            sources.append(same_card(change, _("Sources"), cited))
    return renumbered, sources


def _sources(file: FrameworkFile) -> dict[str, str]:
    """The sources of each statement, by its uuid."""
    labels = {source.key: source.label for source in file.sources}
    return {
        statement.uuid: "; ".join(labels[key] for key in statement.citations)
        for statement in file.statements
    }


def _card(drafted: DraftedVersion, change: VersionChange, affected: Affected) -> ChangeCard:
    """A card for one change. Open reviews are named only where there are more than a few."""
    is_moved = change.kind == Kind.MOVED and not change.is_reworded
    people, open_reviews = count(affected.people), count(affected.open_reviews)
    short = _("%(people)s people.", people=people.capitalize())
    if affected.open_reviews >= FEW:
        short = _("%(people)s people, %(open)s open reviews.", people=people, open=open_reviews)
    effect = (
        _("Text unchanged.") if is_moved else "",
        short if change.before else "",
        _outcome(drafted, change),
    )
    counts = _(
        "People: %(people)s. Reviewed ratings: %(reviewed)s. Open reviews: %(open)s.",
        people=people,
        reviewed=count(affected.endorsements),
        open=open_reviews,
    )
    return replace(
        change_card(change),
        options=_options(drafted, change) if drafted.is_open else (),
        to_decide=drafted.is_open and drafted.is_to_decide(change),
        effect=" ".join(filter(None, effect)),
        counts=counts if change.before else "",
    )


def _options(drafted: DraftedVersion, change: VersionChange) -> Sequence[DecisionOption]:
    """What only differs in case, spelling, or punctuation is suggested as carried; what is retired
    can be kept where there is a place for it."""
    if change.kind == Kind.RETIRED:
        return [*_of_retired(drafted, change)]
    if not change.needs_decision:
        return ()
    parts = [(f"{CARRY}:{new.uuid}", _("Carry as %(code)s", code=new.code)) for new in change.after]
    carry = parts if change.kind == Kind.SPLIT else [(CARRY, _("Carry"))]
    decision = drafted.decision_of(change)
    return [
        DecisionOption(
            name=f"change-{change.key}",
            value=value,
            label=label,
            pressed=value == decision,
            suggested=not decision and change.offers_carry and value == CARRY,
        )
        for value, label in (*carry, (ASK_AGAIN, _("Ask again")))
    ]


def _of_retired(drafted: DraftedVersion, change: VersionChange) -> Iterator[DecisionOption]:
    uuid = change.before[0].uuid
    is_kept = uuid in drafted.kept
    if is_kept or uuid in drafted.keepable:
        yield DecisionOption(
            name=f"retire-{change.key}",
            value=uuid,
            label=_("Retire"),
            pressed=not is_kept,
            suggested=False,
        )
        yield DecisionOption(
            name=f"keep-{change.key}",
            value=uuid,
            label=_("Keep it"),
            pressed=is_kept,
            suggested=False,
        )


def _outcome(drafted: DraftedVersion, change: VersionChange) -> str:
    if {old.uuid for old in change.before} & drafted.kept:
        return _("Goes on as it is.")
    decision, _colon, part = drafted.decision_of(change).partition(":")
    codes = [new.code for new in change.after if new.uuid == part]
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
    return str(next(outcomes[way] for way in ways if way in outcomes))
