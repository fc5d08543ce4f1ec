"""One-time links: what they are for, how long they work, and when they are mailed."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

KEPT_FOR = dt.timedelta(days=30)
"""How long what is done to an account is told at the address before, too."""


class LinkPurpose(StrEnum):
    """Why somebody sets a password with a one-time link. *Invitation*: their first one; *reset*:
    they asked for another on the sign-in page; *given*: an administrator made or mailed it for
    somebody who has one, or whoever runs the server did."""

    INVITATION = "invitation"
    RESET = "reset"
    GIVEN = "given"


class LinkKind(StrEnum):
    """What the link in a mail does. *Take back*: a change of one's address, told at the one
    before. *Objection*: the HR contact of a library is told of one; it has no link."""

    INVITATION = "invitation"
    RESET = "reset"
    GIVEN = "given"
    CONFIRM_ADDRESS = "confirm_address"
    TAKE_BACK = "take_back"
    OBJECTION = "objection"


HANDED_LASTS = dt.timedelta(days=7)
"""A link that an administrator hands to somebody who has a password."""
HELD_FOR = dt.timedelta(hours=24)
"""How long a link waits that somebody else may have got, of somebody who has signed in before. It
works sooner where their supervisor or their recovery code says that it is them."""
LISTED_FOR = dt.timedelta(days=30)
"""How long somebody reads who made a link for them."""
RESET_LASTS = dt.timedelta(hours=1)
RESETS_A_DAY = 3
"""So many links are mailed as soon as somebody asks for them. After these, the next one goes once
the last has less than RESET_LEFT to work. So whoever asks has a link in time, and whoever asks for
somebody else mails them no more than one in 40 minutes."""
RESET_LEFT = dt.timedelta(minutes=20)
CONFIRM_LASTS = dt.timedelta(days=1)
TAKE_BACK_LASTS = KEPT_FOR
ASKED_LASTS = dt.timedelta(hours=4)
"""A new password that was asked for while no mail could go is not mailed any more after this."""
INVITATION_DAYS_MAX = 90
LAST_HOUR = 24


def next_opening(time_zone: str, first: int, until: int, now: dt.datetime) -> dt.datetime:
    """`now` where it is one of the hours in which a library mails invitations, else the moment at
    which they begin next."""
    here = now.astimezone(ZoneInfo(time_zone))
    if first <= here.hour < until:
        return now
    day = here.date() + dt.timedelta(days=1 if here.hour >= until else 0)
    return dt.datetime.combine(day, dt.time(first), ZoneInfo(time_zone)).astimezone(dt.UTC)


@dataclass(frozen=True, slots=True)
class LinkEmail:
    """What a mail with a one-time link is made from. `token` makes its Message-ID, `secret` is in
    the link. `by`: who invites; `other`: the address that an account has now or is to have;
    `lasts`: how long the link works."""

    mail_id: int
    kind: LinkKind
    name: str
    address: str
    token: str
    secret: str
    library: str
    lasts: dt.timedelta
    by: str = ""
    other: str = ""
