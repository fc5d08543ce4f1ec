"""The figures of a profile as its document shows them: each with its words, so that no colour
carries a meaning."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict

from flask_babel import gettext as _, ngettext

from tracker.frameworks.versions.rules_scale import Voice
from tracker.profiles.profile.pages import ProfilePage
from tracker.profiles.profile.pages_cards import ChangesSince, VoiceSummary, own_ratings
from tracker.profiles.profile.pages_levels import LevelBar, SectionBars
from tracker.record.sheet.rules_words import Side
from tracker.record.versions.rules import DomainShape
from tracker.web.ui.pdf import Data
from tracker.web.ui.templating.dates import full_day


def changes(since: ChangesSince, domains: Mapping[int, DomainShape]) -> Data:
    """What changed since a round, with the statements behind each number."""
    return {
        "title": _("Since %(round)s", round=since.round.name),
        "note": since.note or since.headline,
        "head": [_("Statement"), _("Domain"), _("Then"), _("Now")],
        "lists": [
            {
                "title": group.title,
                "rows": [
                    [
                        change.title,
                        domains[change.domain_id].title,
                        change.before or _("not reviewed yet"),
                        change.after or _("not reviewed"),
                    ]
                    for change in group.changes
                ],
            }
            for group in since.lists
        ],
    }


def stats(of: ProfilePage) -> list[Data]:
    """The figures at the top of the page."""
    standing, total = of.endorsed, len(of.sheet.counted)
    by = ngettext(
        "%(met)d of them count as met, by %(num)d supervisor",
        "%(met)d of them count as met, by %(num)d supervisors",
        standing.supervisors,
        met=standing.met,
    )
    reviewed, *own = of.summaries
    figures = [
        _stat(
            _("Where things stand, by reviewed ratings"),
            reviewed.headline or _("Nothing is reviewed yet"),
            *filter(None, [reviewed.rest, *(_own(summary) for summary in own)]),
        ),
        _rated(of) if of.side is Side.OWN else _sent(of),
        _stat(
            _("Reviewed"),
            _of(standing.standing, total) if standing.standing else _("Nothing yet"),
            *([by] if standing.standing else []),
        ),
    ]
    if of.changes is not None:
        since = _("since the end of %(round)s", round=of.changes.round.name)
        figures.append(_stat(_("What changed"), of.changes.headline, since, of.changes.as_of))
    return figures


def _own(of: VoiceSummary) -> str:
    """The headline of the learner's own ratings for paper, where nobody is addressed as "you"."""
    if not of.headline:
        return ""
    return ", ".join(filter(None, (own_ratings(Counter(of.states), Side.REVEALED), of.rest)))


def _rated(of: ProfilePage) -> Data:
    rated, changed = of.sheet.rated, of.last_change
    notes = [_("last change %(day)s", day=full_day(changed))] if changed else []
    return _stat(
        _("Self-rated"), _of(rated, len(of.sheet.counted)) if rated else _("Nothing yet"), *notes
    )


def _sent(of: ProfilePage) -> Data:
    figure = _of(of.sent.in_all, len(of.sheet.counted)) if of.sent.in_all else _("Not sent")
    ready = of.learner.ready_at
    notes = [_("ready for a review talk since %(day)s", day=full_day(ready))] if ready else []
    return _stat(_("Sent for review"), figure, *notes)


def _stat(label: str, figure: str, *notes: str) -> Data:
    return {"label": label, "figure": figure, "notes": list(notes)}


def _of(part: int, whole: int) -> str:
    return _("%(met)s of %(total)s", met=part, total=whole)


def levels(of: ProfilePage) -> Data:
    """For each section a table, for each domain a row for each voice."""
    return {
        "title": _("Level in each domain"),
        "legend": _(
            "A filled bar is the level reached; the line is the target. Hatched: too few "
            "statements to judge, not counted. \u2195: met, but a lower level isn\u2019t."
        )
        + (" " + _("*: a statement doesn\u2019t apply here.") if of.exceptions else ""),
        "head": {
            "domain": _("Domain"),
            "voice": _("Ratings"),
            "next": _("Next level"),
            "target": _("Against the target"),
        },
        "sections": [_section(section) for section in of.sections],
    }


def _section(of: SectionBars) -> Data:
    return {
        "title": of.title,
        "levels": list(of.headings),
        "names": ""
        if of.headings == of.levels
        else _("Levels, the lowest first: %(names)s.", names=", ".join(of.levels)),
        "rows": [
            {
                "label": row.label,
                "target": _("target %(level)s", level=row.target)
                if row.target and not of.target
                else "",
                "bars": [_bar(bar) for bar in row.bars],
            }
            for row in of.rows
        ],
    }


def _bar(of: LevelBar) -> Data:
    return {
        "voice": of.voice,
        "name": _("Reviewed") if of.voice is Voice.ENDORSED else _("Self-rating"),
        "segments": list(of.segments),
        "tick": of.tick or 0,
        "next": of.working_on + (" *" if of.excepted else ""),
        "target": {**asdict(of.target), "notes": list(of.target.notes)},
    }
