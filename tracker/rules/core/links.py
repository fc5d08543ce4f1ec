"""One-time links: one table of their kinds says who makes one, who sees it, when it works, and how
long; and when they are mailed."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

KEPT_FOR = dt.timedelta(days=30)
"""How long what is done to an account is told at the address before, too."""


class LinkKind(StrEnum):
    """What a one-time link is for. Five set a password: somebody's first one (*invitation*), one
    that they asked for on the sign-in page (*reset*), and for somebody who has one what an
    administrator mailed (*given*) or handed over (*handed*), or whoever runs the server printed.

    *Take back*: a change of one's address, told at the one before. *Objection* is a mail alone: the
    HR contact of a library is told of one, without a link.
    """

    INVITATION = "invitation"
    RESET = "reset"
    GIVEN = "given"
    HANDED = "handed"
    PRINTED = "printed"
    CONFIRM_ADDRESS = "confirm_address"
    TAKE_BACK = "take_back"
    OBJECTION = "objection"


class Maker(StrEnum):
    """Whoever runs the server makes links by a command."""

    OWNER = "owner"
    ADMINISTRATOR = "administrator"
    SERVER = "server"


class Seen(StrEnum):
    """Who sees a link: whoever reads the mail of an address of its owner, or also who made it and
    hands it over."""

    MAILBOX = "mailbox"
    MAKER = "maker"


@dataclass(frozen=True, slots=True)
class LinkRule:
    """`lasts`: from when it works by itself; None: as long as the library says. `replaces`: it ends
    the links for a password that came before. All of these end when a password is set, or the
    address or the account is another."""

    made_by: Maker
    seen_by: Seen
    lasts: dt.timedelta | None
    replaces: bool

    def waits(self, *, address_is_new: bool) -> bool:
        """Whether somebody else may have got at it (HELD_FOR): the administrator who hands it over,
        or who gave its owner the address lately. Whoever runs the server can read all anyway."""
        if self.seen_by is Seen.MAILBOX:
            return address_is_new
        return self.made_by is Maker.ADMINISTRATOR


RESET_LASTS = dt.timedelta(hours=1)
HANDED_LASTS = dt.timedelta(days=7)
CONFIRM_LASTS = dt.timedelta(days=1)
TAKE_BACK_LASTS = KEPT_FOR
LINKS = {
    LinkKind.INVITATION: LinkRule(Maker.ADMINISTRATOR, Seen.MAKER, None, replaces=True),
    LinkKind.RESET: LinkRule(Maker.OWNER, Seen.MAILBOX, RESET_LASTS, replaces=False),
    LinkKind.GIVEN: LinkRule(Maker.ADMINISTRATOR, Seen.MAILBOX, HANDED_LASTS, replaces=True),
    LinkKind.HANDED: LinkRule(Maker.ADMINISTRATOR, Seen.MAKER, HANDED_LASTS, replaces=True),
    LinkKind.PRINTED: LinkRule(Maker.SERVER, Seen.MAKER, HANDED_LASTS, replaces=True),
    LinkKind.CONFIRM_ADDRESS: LinkRule(Maker.OWNER, Seen.MAILBOX, CONFIRM_LASTS, replaces=False),
    LinkKind.TAKE_BACK: LinkRule(Maker.OWNER, Seen.MAILBOX, TAKE_BACK_LASTS, replaces=False),
}
"""Anybody can ask for a *reset*, and must not take an invitation away by it: it replaces none."""
ADDRESS_LINKS = (LinkKind.CONFIRM_ADDRESS, LinkKind.TAKE_BACK)
FOR_PASSWORDS = tuple(kind for kind in LINKS if kind not in ADDRESS_LINKS)
BY_ADMINISTRATORS = tuple(
    kind for kind, rule in LINKS.items() if rule.made_by is Maker.ADMINISTRATOR
)
NOT_ASKED_FOR = (LinkKind.GIVEN, LinkKind.HANDED, LinkKind.PRINTED)
"""Made by somebody else for a person who has a password: they are told at once, and can say that
they didn't ask for it."""
HELD_FOR = dt.timedelta(hours=24)
"""How long a link waits of somebody who has signed in before. It works sooner where their
supervisor says that they are there, or with their recovery code."""
LISTED_FOR = dt.timedelta(days=30)
"""How long somebody reads who made a link for them."""
RESETS_A_DAY = 3
"""So many links are mailed as soon as somebody asks for them. After these, the next one goes once
the last has less than RESET_LEFT to work. So whoever asks has a link in time, and whoever asks for
somebody else mails them no more than one in 40 minutes."""
RESET_LEFT = dt.timedelta(minutes=20)
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
