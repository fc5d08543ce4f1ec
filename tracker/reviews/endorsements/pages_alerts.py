"""What a learner is told of their endorsements on Today: what expires soon, what has expired, what
was revoked."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence

from flask import url_for
from flask_babel import gettext as _, ngettext

from tracker.policy.permissions import Actor
from tracker.queries.asking import Question, ask_together
from tracker.record.endorsements import queries as endorsements
from tracker.record.endorsements.queries import FRESH, EndedEndorsement, Expiring
from tracker.record.workflow.rules import EndorsementStatus
from tracker.web.ui.panels import PanelEntry, shortened
from tracker.web.ui.templating.dates import ago, day


def questions(
    actor: Actor, now: dt.datetime
) -> tuple[Question[list[Expiring]], Question[list[EndedEndorsement]]]:
    """What these entries are made of."""
    today = actor.today(now)
    return (
        endorsements.expiring(actor.library_id, today, person_id=actor.person_id),
        endorsements.ended(actor.person_id, now - FRESH, today),
    )


def entries(
    expiring: Sequence[Expiring], ended: Sequence[EndedEndorsement], several: Collection[str]
) -> list[PanelEntry]:
    """What is with a reviewer already is not asked for again. `several`: the slugs of the
    frameworks they learn in, where there are several; each leads to its own page."""
    soon = [endorsement for endorsement in expiring if not endorsement.is_out]
    expired = [
        endorsement
        for endorsement in ended
        if endorsement.status is EndorsementStatus.EXPIRED and not endorsement.is_out
    ]
    slugs = [*(one.framework for one in soon), *(one.framework for one in expired)]
    to_send = []
    for group in [{slug} for slug in dict.fromkeys(slugs)] if several else [{*slugs}]:
        href = url_for("reviews.new", expiring=1, framework=next(iter(group & {*several}), None))
        days = [endorsement.last_day for endorsement in soon if endorsement.framework in group]
        over = [endorsement.at for endorsement in expired if endorsement.framework in group]
        to_send += [*_soon(days, href), *_expired(over, href)]
    return [*to_send, *_revoked(ended)]


def to_renew(actor: Actor, now: dt.datetime) -> frozenset[int]:
    """The statements that these entries lead to."""
    soon, ended = ask_together(*questions(actor, now))
    expired = (one for one in ended if one.status is EndorsementStatus.EXPIRED)
    return frozenset(endorsement.statement_id for endorsement in (*soon, *expired))


def _soon(last_days: list[dt.date], href: str) -> Iterator[PanelEntry]:
    if last_days:
        title = ngettext(
            "%(num)d reviewed rating expires by %(day)s",
            "%(num)d reviewed ratings expire by %(day)s",
            len(last_days),
            day=day(max(last_days)),
        )
        yield PanelEntry(title, href, _("Send them for review again, so that they keep counting."))


def _expired(moments: list[dt.datetime], href: str) -> Iterator[PanelEntry]:
    """The newest first."""
    if moments:
        title = ngettext(
            "%(num)d reviewed rating has expired",
            "%(num)d reviewed ratings have expired",
            len(moments),
        )
        note = _("They don’t count anymore. Send them for review again.")
        yield PanelEntry(title, href, note, ago(moments[0]))


def _revoked(ended: Sequence[EndedEndorsement]) -> Iterator[PanelEntry]:
    for endorsement in ended:
        if endorsement.status is EndorsementStatus.REVOKED:
            title = _(
                "%(who)s revoked the reviewed rating of “%(statement)s”",
                who=endorsement.who,
                statement=endorsement.title,
            )
            href = url_for(
                "statements.show", statement_id=endorsement.statement_id, _anchor="endorsements"
            )
            yield PanelEntry(title, href, shortened(endorsement.reason), ago(endorsement.at))
