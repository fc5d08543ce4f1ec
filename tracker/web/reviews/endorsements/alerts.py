"""What a learner is told of their endorsements on Today: what expires soon, what has expired, what
was revoked."""

import datetime as dt

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.policy.permissions import Actor
from tracker.queries.dashboard.today import FRESH
from tracker.queries.endorsements import endings, endorsements
from tracker.queries.endorsements.endings import EndedEndorsement
from tracker.queries.endorsements.endorsements import Expiring
from tracker.queries.reviews import submittable
from tracker.rules.reviews.workflow import EndorsementStatus
from tracker.web.ui.panels import PanelEntry, shortened
from tracker.web.ui.template_helpers import ago, day

Found = tuple[list[Expiring], list[EndedEndorsement]]


def found(actor: Actor, now: dt.datetime) -> Found:
    """What these entries are made of. Two queries."""
    soon = endorsements.expiring(actor.library_id, actor.today(now), person_id=actor.person_id)
    return soon, endings.ended(actor.person_id, now - FRESH)


def entries(actor: Actor, now: dt.datetime, of: Found) -> list[PanelEntry]:
    """One query. What is with a reviewer already is not asked for again."""
    soon, gone = of
    ids = [*(each.statement_id for each in soon), *(each.statement_id for each in gone)]
    out = set(submittable.with_a_reviewer(actor.person_id, ids, actor.today(now)))
    soon = [each for each in soon if each.statement_id not in out]
    expired = [
        each
        for each in gone
        if each.status is EndorsementStatus.EXPIRED and each.statement_id not in out
    ]
    return _soon(soon) + _expired(expired) + _revoked(gone)


def to_renew(actor: Actor, now: dt.datetime) -> frozenset[int]:
    """The statements that these entries lead to."""
    soon, gone = found(actor, now)
    expired = (each.statement_id for each in gone if each.status is EndorsementStatus.EXPIRED)
    return frozenset({*(each.statement_id for each in soon), *expired})


def _soon(soon: list[Expiring]) -> list[PanelEntry]:
    if not soon:
        return []
    title = ngettext(
        "%(num)d endorsement expires by %(day)s",
        "%(num)d endorsements expire by %(day)s",
        len(soon),
        day=day(max(each.last_day for each in soon)),
    )
    return [
        PanelEntry(title, _where(), _("Send them to review again, so that they go on counting."))
    ]


def _expired(gone: list[EndedEndorsement]) -> list[PanelEntry]:
    if not gone:
        return []
    title = ngettext(
        "%(num)d endorsement has expired", "%(num)d endorsements have expired", len(gone)
    )
    return [
        PanelEntry(
            title, _where(), _("They count no more. Send them to review again."), ago(gone[0].at)
        )
    ]


def _revoked(gone: list[EndedEndorsement]) -> list[PanelEntry]:
    return [
        PanelEntry(
            _(
                "%(who)s revoked the endorsement of “%(statement)s”",
                who=each.who,
                statement=each.title,
            ),
            url_for("statements.show", statement_id=each.statement_id, _anchor="endorsements"),
            shortened(each.reason),
            ago(each.at),
        )
        for each in gone
        if each.status is EndorsementStatus.REVOKED
    ]


def _where() -> str:
    return url_for("reviews.new", expiring=1)
