"""What publishing a draft would do, in figures that tell nobody of a few people."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.queries.frameworks.affected import affected, people_on, targets_that_end
from tracker.queries.frameworks.contents import skills_named
from tracker.queries.frameworks.drafts import DraftedVersion
from tracker.rules.frameworks.changes.comparison import Kind, VersionChange, VersionComparison
from tracker.rules.frameworks.changes.level_effects import LevelEffects, Place
from tracker.rules.frameworks.changes.structure import LevelCount
from tracker.rules.frameworks.wording import Wording
from tracker.rules.pace import LEARNER_SECONDS, minutes_for
from tracker.web.frameworks.drafts.labels import FEW, count
from tracker.web.i18n.content_language import mark


def skills_of(skills: Mapping[str, int], changes: Iterable[VersionChange]) -> list[int]:
    return [skills[each.uuid] for change in changes for each in change.before]


@dataclass(frozen=True, slots=True)
class Figure:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class IfPublished:
    """What publishing the draft as it is would do; `undecided` is empty where all is decided."""

    figures: list[Figure]
    undecided: str
    notes: list[str]


def if_published(drafted: DraftedVersion, effects: LevelEffects, today: dt.date) -> IfPublished:
    """What is suggested counts as carried."""
    then, skills = drafted.as_offered, skills_named(drafted.base_framework_id)
    asked = [
        (change, after)
        for change in then.comparison.to_decide
        for after in change.after
        if not then.carries(change, after.uuid)
    ]
    changed = affected({"": skills_of(skills, then.comparison.changed)})[""]
    again = affected({"": skills_of(skills, dict.fromkeys(change for change, _after in asked))})[""]
    figures = [
        Figure(
            _("People on %(version)s", version=drafted.before.version),
            count(people_on(drafted.base_framework_id, today)),
        ),
        Figure(_("Sent or reviewed, and asked again"), count(again.people)),
        *_falls(drafted.comparison, effects),
    ]
    left = len(then.undecided)
    undecided = ngettext(
        "%(num)d undecided counts as “Ask again”", "%(num)d undecided count as “Ask again”", left
    )
    return IfPublished(
        figures, undecided if left else "", [*_notes(drafted, len(asked), changed.open_reviews)]
    )


def _notes(drafted: DraftedVersion, again: int, open_reviews: int) -> Iterator[str]:
    """`again`: statements."""
    if suggested := len(drafted.offered):
        yield ngettext(
            "%(num)d suggestion is carried over", "%(num)d suggestions are carried over", suggested
        )
    new = len(drafted.comparison.of(Kind.NEW))
    if again + new:
        minutes = minutes_for(again + new, LEARNER_SECONDS)
        yield ngettext(
            "To rate for each person: at most %(again)s again, %(new)s new, about %(num)d minute",
            "To rate for each person: at most %(again)s again, %(new)s new, about %(num)d minutes",
            minutes,
            again=again,
            new=new,
        )
    version = drafted.before.version
    yield _("Open reviews finish on %(version)s: %(num)s", version=version, num=count(open_reviews))
    yield _("Nobody moves yet: administrators choose who moves and when, there and back")


def _falls(comparison: VersionComparison, effects: LevelEffects) -> list[Figure]:
    """By level, where enough people lose it to be told."""
    falls = [each for each in levels(comparison, effects) if effects.lost[each.place] >= FEW]
    other = Figure(_("Lose another level") if falls else _("Lose a level"), count(0))
    return [
        *(
            Figure(_("Lose %(level)s", level=each.name), count(effects.lost[each.place]))
            for each in falls
        ),
        other,
    ]


@dataclass(frozen=True, slots=True)
class ChangedLevel:
    """In `words`: its counts and, until that is published, how many people reach and lose it."""

    place: Place
    name: Wording
    words: str


def levels(comparison: VersionComparison, changed: LevelEffects | None) -> list[ChangedLevel]:
    return [
        ChangedLevel(
            each.place,
            mark(", ".join(filter(None, (each.domain_title, each.level_name))), each.lang),
            " ".join(_level_words(each, changed)),
        )
        for each in comparison.levels
    ]


def _level_words(of: LevelCount, changed: LevelEffects | None) -> Iterator[str]:
    yield _("%(before)s, then %(after)s.", before=of.before, after=of.after)
    if changed is not None:
        yield _(
            "People who reach it: %(reached)s; who lose it: %(lost)s.",
            reached=count(changed.reached[of.place]),
            lost=count(changed.lost[of.place]),
        )


def ended_targets(drafted: DraftedVersion, today: dt.date) -> list[str]:
    """Of domains that are gone; for how many people."""
    ending = {each.key: each for each in drafted.gone_domains}
    for key in drafted.went_on.values():
        del ending[key]
    found = targets_that_end(drafted.base_framework_id, ending, today)
    return [
        _(
            "%(domain)s: its targets end. People who have one: %(people)s.",
            domain=mark(each.title, drafted.before.lang),
            people=count(found[key]),
        )
        for key, each in ending.items()
        if key in found
    ]
