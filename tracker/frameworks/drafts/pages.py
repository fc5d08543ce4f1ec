"""What the pages of a draft are given: of a first version, and beside the changes of a next one.

What publishing a draft would do, in figures that tell nobody of a few people.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import abort
from flask_babel import gettext as _, ngettext

from tracker.frameworks.changes.pages import FEW, count
from tracker.frameworks.changes.queries import affected, people_on, targets_that_end
from tracker.frameworks.changes.rules import Asked, asked_of
from tracker.frameworks.changes.rules_levels import ChangedLevel, LevelEffects
from tracker.frameworks.changes.rules_places import empty_levels, placed, titles_used_twice
from tracker.frameworks.drafts.forms import NextVersionForm, OriginsForm, PlaceForm
from tracker.frameworks.drafts.queries import DraftedVersion, drafted, open_drafts
from tracker.frameworks.files.rules_reading import unreachable, warnings
from tracker.frameworks.versions.pages import rule_words
from tracker.frameworks.versions.queries import SHOWN, IdsElsewhere, published, skills_named
from tracker.policy.permissions import Subject
from tracker.rules.pace import LEARNER_SECONDS, minutes_for
from tracker.web.i18n.content_language import mark
from tracker.web.ui import fields


def drafted_or_404(draft: Subject) -> DraftedVersion:
    return drafted(draft.id) or abort(404)


def about(drafted: DraftedVersion) -> dict[str, Any]:
    """What all pages of a draft say."""
    return {
        "lang": drafted.after.lang,
        "draft_id": drafted.id,
        "title": mark(drafted.after.title, drafted.after.lang),
        "slug": drafted.after.slug,
        "version": drafted.after.version,
        "is_open": drafted.is_open,
        "published_at": drafted.row.published_at,
        "discarded_at": drafted.row.discarded_at,
        "can_be_published": drafted.can_be_published,
        "faults": _faults(drafted),
        "oddities": [*_oddities(drafted)],
    }


def _faults(drafted: DraftedVersion) -> list[str]:
    """What keeps it from being published."""
    names = (
        (_("These levels have no statement:"), empty_levels(drafted.after)),
        (_("These titles appear twice in a domain:"), titles_used_twice(drafted.after)),
        (
            _("Split and merged at once, so say one or the other:"),
            [change.after[0].title for change in drafted.comparison.tangled],
        ),
    )
    return [
        *(f"{says} {mark('; '.join(of), drafted.after.lang)}" for says, of in names if of),
        *(_elsewhere(drafted, ids) for ids in drafted.elsewhere),
    ]


def _elsewhere(drafted: DraftedVersion, ids: IdsElsewhere) -> str:
    has_them = ngettext(
        "%(num)s of %(listed)s statement has the UUID of one of “%(title)s”.",
        "%(num)s of %(listed)s statements have UUIDs of “%(title)s”.",
        len(ids.uuids),
        listed=len(placed(drafted.after)),
        title=mark(ids.title, ids.lang),
    )
    remedy = _(
        "If this is its next version, the slug in the file has to be “%(slug)s”: correct it, "
        "upload the file again, and discard this draft. If it’s another framework, give these "
        "statements UUIDs of their own.",
        slug=ids.slug,
    )
    return f"{has_them} {remedy}"


def _oddities(drafted: DraftedVersion) -> Iterator[str]:
    """What may be a mistake and keeps nothing from being published."""
    file = drafted.after
    for warning in warnings(file):
        yield _(
            "The heading of “%(title)s” says %(claimed)s; %(listed)s are listed. The page will "
            "say so.",
            title=mark(warning.title, file.lang),
            claimed=warning.claimed,
            listed=warning.listed,
        )
    for levels in unreachable(file):
        yield _(
            "No one can reach these levels, as at least %(least)s statements must apply and each "
            "lists %(listed)s: %(places)s. In all: %(many)s",
            **levels._asdict() | {"places": mark(levels.places, file.lang)},
        )
    origins = sum(bool(statement.came_from) for statement in file.statements)
    if origins and drafted.is_first:
        named = ngettext(
            "%(num)d statement names earlier ones in “from”.",
            "%(num)d statements name earlier ones in “from”.",
            origins,
        )
        here = _("No earlier version is here, so they begin as new statements.")
        yield f"{named} {here}"


def first_version(drafted: DraftedVersion) -> dict[str, Any]:
    """What will be published, section by section. `on_phones`: by keys of section and domain, how
    many statements it has at each level."""
    file = drafted.after
    many = len(placed(file))
    statements = ngettext("%(num)s statement", "%(num)s statements", many)
    within = ngettext("in %(num)d section", "in %(num)d sections", len(file.strands))
    figures = f"{statements} {within}"
    return {
        "framework_id": drafted.row.published_framework_id,
        "lead": _("Nobody sees it until you publish it.") if drafted.is_open else "",
        "sections": file.strands,
        "on_phones": {
            (strand.key, domain.key): mark(
                ", ".join(f"{level.name} {len(domain.at(level.rank))}" for level in strand.levels),
                file.lang,
            )
            for strand in file.strands
            for domain in strand.domains
        },
        "figures": figures,
        "sure": _(
            "Publish %(figures)s? The words can’t be changed afterward, only by another version.",
            figures=figures,
        ),
        "seen": drafted.seen,
    }


def by_hand(drafted: DraftedVersion) -> list[dict[str, str]]:
    old, new = (
        {
            statement.uuid: mark(statement.title, statement.lang)
            for change in drafted.comparison.changes
            for statement in getattr(change, side)
        }
        for side in ("before", "after")
    )
    return [
        {
            "uuid": uuid,
            "title": new[uuid],
            "words": _(
                "“%(new)s” replaces: %(earlier)s",
                new=new[uuid],
                earlier="; ".join(old[origin] for origin in earlier),
            ),
        }
        for uuid, earlier in drafted.row.origins.items()
        if earlier and uuid not in drafted.kept
    ]


def targets(drafted: DraftedVersion) -> dict[str, Any]:
    """What becomes of targets in domains that are gone: in which new one they go on, by its key
    with both titles, and the form that says so."""
    new, gone = drafted.new_domains, drafted.gone_domains
    form = PlaceForm(formdata=None)
    listed_new, listed_gone = (
        [(key, f"{strand.title}: {domain.title}") for key, (strand, domain) in domains.items()]
        for domains in (new, gone)
    )
    form.domain.choices = fields.choices(listed_new)
    form.before.choices = fields.choices([("", _("No other domain")), *listed_gone])
    return {
        "went_on": [
            (
                key,
                mark(new[key][1].title, drafted.after.lang),
                mark(gone[before][1].title, drafted.before.lang),
            )
            for key, before in drafted.went_on.items()
        ],
        "place_form": form,
        "can_place": drafted.is_open and new and gone,
    }


def origins_form(drafted: DraftedVersion) -> OriginsForm:
    form = OriginsForm(formdata=None)
    old, new = (
        [
            (statement.uuid, mark(f"{statement.code} {statement.title}", statement.lang))
            for statement in placed(file).values()
        ]
        for file in (drafted.before, drafted.after)
    )
    earlier = {old.uuid for change in drafted.comparison.changes for old in change.before}
    form.statement.choices = fields.choices(sorted(new, key=lambda option: option[0] in earlier))
    form.first.choices = fields.choices([("", _("None: it is new")), *old])
    form.second.choices = fields.choices([("", _("None")), *old])
    return form


def next_form() -> NextVersionForm:
    form = NextVersionForm()
    drafts = {draft.slug for draft in open_drafts()}
    newest = {version.slug: version for version in reversed(published(SHOWN))}
    form.slug.choices = fields.choices(
        (slug, mark(version.title, version.lang))
        for slug, version in newest.items()
        if slug not in drafts
    )
    return form


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
