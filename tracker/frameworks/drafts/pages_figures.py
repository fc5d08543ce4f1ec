"""What publishing a draft would do, in figures that tell nobody of a few people."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import gettext as _, ngettext

from tracker.frameworks.changes.pages import FEW, count
from tracker.frameworks.changes.queries import affected, people_on, targets_that_end
from tracker.frameworks.changes.rules import Asked, asked_of
from tracker.frameworks.changes.rules_levels import ChangedLevel, LevelEffects
from tracker.frameworks.drafts.queries import DraftedVersion
from tracker.frameworks.versions.pages import rule_words
from tracker.frameworks.versions.queries import skills_named
from tracker.rules.pace import LEARNER_SECONDS, minutes_for
from tracker.web.i18n.content_language import mark


@dataclass(frozen=True, slots=True)
class Figure:
    """`note`: whom it counts, or why there are any."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class IfPublished:
    """What publishing the draft as it is would do; `undecided` is empty where all is decided."""

    figures: list[Figure]
    undecided: str
    notes: list[str]


def if_published(drafted: DraftedVersion, effects: LevelEffects, today: dt.date) -> IfPublished:
    """What is suggested counts as carried."""
    skills = skills_named(drafted.base_id)
    asked = [
        change
        for change in drafted.comparison.to_decide
        if not all(drafted.would_carry(change, after.uuid) for after in change.after)
    ]
    changed, again = (
        affected({"": [skills[old.uuid] for change in changes for old in change.before]})[""]
        for changes in (drafted.comparison.changed, asked)
    )
    figures = [
        Figure(
            _("People on %(version)s", version=drafted.before.version),
            count(people_on(drafted.base_id, today)),
        ),
        Figure(
            _("People asked again"),
            count(again.people),
            _("On any version: who sent or had reviewed what is asked again."),
        ),
        *_falls(drafted, effects),
    ]
    left = len(drafted.undecided) - len(drafted.offered)
    undecided = ngettext(
        "%(num)d undecided counts as “Ask again”", "%(num)d undecided count as “Ask again”", left
    )
    return IfPublished(figures, undecided if left else "", [*_notes(drafted, changed.open_reviews)])


def _notes(drafted: DraftedVersion, open_reviews: int) -> Iterator[str]:
    if suggested := len(drafted.offered):
        yield ngettext(
            "%(num)d suggestion is carried over", "%(num)d suggestions are carried over", suggested
        )
    asked = asked_of(drafted.comparison.changed, drafted.would_carry, drafted.new_and_sensitive)
    counts = Counter(how for _statement, how in asked)
    again, new = counts[Asked.AGAIN], counts[Asked.NEW]
    if again + new:
        minutes = minutes_for(again + new, LEARNER_SECONDS)
        yield ngettext(
            "To rate for each person: at most %(again)s again, %(new)s new, about %(num)d minute",
            "To rate for each person: at most %(again)s again, %(new)s new, about %(num)d minutes",
            minutes,
            again=again,
            new=new,
        )
    if sensitive := len(drafted.new_and_sensitive):
        yield ngettext(
            "%(num)d sensitive statement isn’t counted here: nobody is asked it until their "
            "library decides",
            "%(num)d sensitive statements aren’t counted here: nobody is asked them until their "
            "library decides",
            sensitive,
        )
    before, after = map(rule_words, drafted.comparison.rules)
    if before != after:
        yield _("A level needs %(after)s; until now %(before)s", after=after, before=before)
    version = drafted.before.version
    yield _("Open reviews finish on %(version)s: %(num)s", version=version, num=count(open_reviews))
    yield _("Nobody moves yet: administrators choose who moves and when, there and back")


def _falls(drafted: DraftedVersion, effects: LevelEffects) -> Iterator[Figure]:
    """The levels that enough people lose for them to be counted. How many keep every level isn't
    said: the difference would give the few away."""
    falls = [level for level in drafted.levels.changed if effects.lost[level.place] >= FEW]
    for level in falls:
        lost = count(effects.lost[level.place])
        yield Figure(_("Lose %(level)s", level=_named(level)), lost, _why_lost(level))
    yield Figure(_("Lose another level") if falls else _("Lose a level"), count(0))


def _why_lost(level: ChangedLevel) -> str:
    words = _(
        "%(before)s statements count there now, %(after)s on the day of the move.",
        before=level.before,
        after=level.at_once,
    )
    if level.is_too_few:
        words = ngettext(
            "%(num)d statement is left there on the day of the move: too few to judge it.",
            "%(num)d statements are left there on the day of the move: too few to judge it.",
            level.at_once,
        )
    elif level.at_once == level.before:
        is_rule = level.rules[0] != level.rules[1]
        other = _("Other statements count there on the day of the move.")
        words = _("The version has another rule for levels.") if is_rule else other
    return str(words)


def _named(level: ChangedLevel) -> str:
    titles = level.named.domain_title, level.named.level_name
    return mark(", ".join(filter(None, titles)), level.named.lang)


def levels(drafted: DraftedVersion, effects: LevelEffects | None) -> list[str]:
    """Levels that list more or fewer statements, or that somebody gains or loses because others
    count; until the draft is published, with how many people."""
    moved = {*effects.reached, *effects.lost} if effects else set()
    return [
        f"{_named(level)}: {' '.join(_level_words(level, effects))}"
        for level in drafted.levels.changed
        if level.before != level.after or level.later or level.place in moved
    ]


def _level_words(of: ChangedLevel, effects: LevelEffects | None) -> Iterator[str]:
    counts = _("%(before)s, then %(after)s", before=of.before, after=of.after)
    later = ngettext(
        "%(num)d of them counts from the next round",
        "%(num)d of them count from the next round",
        of.later,
    )
    yield f"{counts}; {later}." if of.later else f"{counts}."
    if effects is not None:
        yield _(
            "People who reach it: %(reached)s; who lose it: %(lost)s.",
            reached=count(effects.reached[of.place]),
            lost=count(effects.lost[of.place]),
        )


def ended_targets(drafted: DraftedVersion, today: dt.date) -> list[str]:
    """Targets in domains that are gone, with how many people have them."""
    ending = {
        key: domain.title
        for key, (_strand, domain) in drafted.gone_domains.items()
        if key not in drafted.went_on.values()
    }
    people = targets_that_end(drafted.base_id, ending, today)
    return [
        _(
            "%(domain)s: its targets end. People who have one: %(people)s.",
            domain=mark(title, drafted.before.lang),
            people=count(people[key]),
        )
        for key, title in ending.items()
        if key in people
    ]
