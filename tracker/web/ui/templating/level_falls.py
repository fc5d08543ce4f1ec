"""A level that fell with a new version, in a sentence."""

from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.queries.profiles.level_falls import NamedFall
from tracker.rules.frameworks.scale import Voice
from tracker.rules.profiles.level_falls import FallReason
from tracker.rules.profiles.levels import LevelState


def fall_words(of: NamedFall) -> str:
    """ "By reviewed ratings, Developing isn’t reached now: 2 statements rated Consistently were
    retired from it. 6 of 8 now, 7 needed." """
    view = of.fall.view
    head = (
        _("By reviewed ratings, %(level)s isn’t reached now", level=of.level)
        if of.voice is Voice.ENDORSED
        else _("By your own ratings, %(level)s isn’t reached now", level=of.level)
    )
    answers = ", ".join(of.met)
    reasons = "; ".join(
        _reason(reason, number, answers) for reason, number in of.fall.reasons.items()
    )
    counts = (
        _("Too few statements are left there to judge it.")
        if view.state is LevelState.LIMITED
        else _(
            "%(met)s of %(applicable)s now, %(need)s needed.",
            met=view.tally.met,
            applicable=view.tally.applicable,
            need=view.need,
        )
    )
    return f"{head}: {reasons}. {counts}" if reasons else f"{head}: {counts}"


def _reason(reason: FallReason, number: int, answers: str) -> str:
    match reason:
        case FallReason.RETIRED:
            words = ngettext(
                "%(num)d statement rated %(answers)s was retired from it",
                "%(num)d statements rated %(answers)s were retired from it",
                number,
                answers=answers,
            )
        case FallReason.MOVED:
            words = ngettext(
                "%(num)d statement rated %(answers)s moved to another level",
                "%(num)d statements rated %(answers)s moved to another level",
                number,
                answers=answers,
            )
        case FallReason.LATER:
            words = ngettext(
                "%(num)d statement rated %(answers)s changed and counts from the next round",
                "%(num)d statements rated %(answers)s changed and count from the next round",
                number,
                answers=answers,
            )
        case FallReason.CHANGED:
            words = ngettext(
                "%(num)d statement rated %(answers)s changed and isn’t met yet",
                "%(num)d statements rated %(answers)s changed and aren’t met yet",
                number,
                answers=answers,
            )
        case FallReason.MERGED:
            words = ngettext(
                "%(num)d statement rated %(answers)s became part of another",
                "%(num)d statements rated %(answers)s became part of others",
                number,
                answers=answers,
            )
        case FallReason.CAME:
            words = ngettext(
                "%(num)d statement that isn’t met came into it",
                "%(num)d statements that aren’t met came into it",
                number,
            )
    return str(words)
