"""The figures of a profile as its document shows them: each with its words, so that no colour
carries a meaning."""

from collections import Counter

from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.rules.frameworks.scale import Voice
from tracker.rules.record.words import Side
from tracker.web.profiles.cards import ChangesSince, VoiceSummary, own_ratings
from tracker.web.profiles.level_bars import DomainBars, LevelBar, SectionBars
from tracker.web.profiles.pages import ProfilePage
from tracker.web.profiles.standing_words import TargetWords
from tracker.web.ui.pdf import Data
from tracker.web.ui.templating.dates import full_day


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
        "sections": [_section(each) for each in of.sections],
    }


def _section(of: SectionBars) -> Data:
    return {
        "title": of.title,
        "levels": list(of.headings),
        "names": "" if of.headings == of.levels else _named(of),
        "rows": [_row(row, bool(of.target)) for row in of.rows],
    }


def _named(of: SectionBars) -> str:
    return str(_("Levels, the lowest first: %(names)s.", names=", ".join(of.levels)))


def _row(of: DomainBars, is_common: bool) -> Data:
    return {
        "label": of.label,
        "target": _("target %(level)s", level=of.target) if of.target and not is_common else "",
        "bars": [_bar(bar) for bar in of.bars],
    }


def _bar(of: LevelBar) -> Data:
    return {
        "voice": of.voice,
        "name": voice_name(of.voice),
        "segments": list(of.segments),
        "tick": of.tick or 0,
        "reached": of.reached,
        "next": of.working_on + (" *" if of.excepted else ""),
        "target": _target(of.target),
    }


def _target(of: TargetWords) -> Data:
    return {"sign": of.sign, "words": of.words, "kind": of.kind, "notes": list(of.notes)}


def voice_name(voice: Voice) -> str:
    return str(_("Reviewed") if voice is Voice.ENDORSED else _("Self-rating"))


def changes(of: ChangesSince, titles: dict[int, str]) -> Data:
    """What changed since a round, with the statements behind each number. `titles`: of domains."""
    return {
        "title": _("Since %(round)s", round=of.round.name),
        "note": of.note if of.by_statement else of.headline,
        "head": [_("Statement"), _("Domain"), _("Then"), _("Now")],
        "lists": [
            {
                "title": each.title,
                "rows": [
                    [
                        change.title,
                        titles[change.domain_id],
                        change.before or _("not reviewed yet"),
                        change.after or _("not reviewed"),
                    ]
                    for change in each.changes
                ],
            }
            for each in of.lists
        ],
    }


def stats(of: ProfilePage) -> list[Data]:
    """The figures at the top of the page."""
    standing, total = of.endorsed, of.profile.total
    by = ngettext(
        "%(met)d of them count as met, by %(num)d supervisor",
        "%(met)d of them count as met, by %(num)d supervisors",
        standing.supervisors,
        met=standing.met,
    )
    reviewed, *own = of.summaries
    found = [
        _stat(
            _("Where things stand, by reviewed ratings"),
            reviewed.headline or _("Nothing is reviewed yet"),
            *filter(None, [reviewed.rest, *(_own(each) for each in own)]),
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
        found.append(_stat(_("What changed"), of.changes.headline, since, of.changes.as_of))
    return found


def _own(of: VoiceSummary) -> str:
    """On paper the owner is no "you"."""
    if not of.headline:
        return ""
    return ", ".join(filter(None, (own_ratings(Counter(of.states), Side.REVEALED), of.rest)))


def _rated(of: ProfilePage) -> Data:
    rated, changed = of.profile.rated, of.last_change
    notes = [_("last change %(day)s", day=full_day(changed))] if changed else []
    return _stat(
        _("Self-rated"), _of(rated, of.profile.total) if rated else _("Nothing yet"), *notes
    )


def _sent(of: ProfilePage) -> Data:
    figure = _of(of.sent.in_all, of.profile.total) if of.sent.in_all else _("Not sent")
    ready = of.profile.learner.ready_at
    notes = [_("ready for a review talk since %(day)s", day=full_day(ready))] if ready else []
    revealed = _("%(count)s revealed", count=of.sent.revealed)
    return _stat(_("Sent for review"), figure, revealed, *notes)


def _stat(label: str, figure: str, *notes: str) -> Data:
    return {
        "label": label,
        "figure": figure,
        "notes": [{"words": note, "kind": "soft"} for note in notes],
    }


def _of(part: int, whole: int) -> str:
    return str(_("%(met)s of %(total)s", met=part, total=whole))
