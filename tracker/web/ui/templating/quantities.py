"""How many, how large, and how long it takes, in words."""

from flask_babel import format_decimal
from flask_babel import gettext as _

from tracker.rules.pace import REVIEWER_SECONDS, minutes_for
from tracker.rules.reviews.sending import SUGGESTED


def number(value: int) -> str:
    """How many, as the language groups it: "3,412"."""
    return str(format_decimal(value))


def file_size(size: int) -> str:
    """In thousands of bytes: "240 kB", "1.2 MB"."""
    if size < 1_000_000:
        return str(_("%(num)s kB", num=format_decimal(max(1, round(size / 1000)))))
    return str(_("%(num)s MB", num=format_decimal(round(size / 1_000_000, 1))))


def hours(minutes: int) -> str:
    """To the next tenth: "3.4"."""
    return str(format_decimal(-(-minutes // 6) / 10, "0.0"))


def usual_load() -> str:
    """What sending costs a reviewer, for what is suggested at once, before anybody is chosen."""
    return str(
        _(
            "Send about %(count)s statements at a time: that takes your reviewer about %(minutes)s "
            "minutes.",
            count=SUGGESTED,
            minutes=minutes_for(SUGGESTED, REVIEWER_SECONDS),
        )
    )
