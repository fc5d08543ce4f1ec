"""What a learner is told of their endorsements on Today: what expires soon, what has expired, what
was revoked."""

import datetime as dt
from collections.abc import Collection, Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.policy.permissions import Actor
from tracker.queries.asking import Question, ask_together
from tracker.queries.dashboard.today import FRESH
from tracker.queries.endorsements import endings, endorsements
from tracker.queries.endorsements.endings import EndedEndorsement
from tracker.queries.endorsements.endorsements import Expiring
from tracker.rules.reviews.workflow import EndorsementStatus
from tracker.web.ui.panels import PanelEntry, shortened
from tracker.web.ui.templating.dates import ago, day


def questions(
    actor: Actor, now: dt.datetime
) -> tuple[Question[list[Expiring]], Question[list[EndedEndorsement]]]:
    """What these entries are made of."""
    today = actor.today(now)
    return (
        endorsements.expiring(actor.library_id, today, person_id=actor.person_id),
        endings.ended(actor.person_id, now - FRESH, today),
    )


def entries(
    soon: Sequence[Expiring], gone: Sequence[EndedEndorsement], several: Collection[str]
) -> list[PanelEntry]:
    """What is with a reviewer already is not asked for again. `several`: the slugs of the
    frameworks they learn in, where there are several; each leads to its own page."""
    soon = [each for each in soon if not each.is_out]
    expired = [
        each for each in gone if each.status is EndorsementStatus.EXPIRED and not each.is_out
    ]
    frameworks = dict.fromkeys(
        [*(each.framework for each in soon), *(each.framework for each in expired)]
    )
    told = []
    for slugs in [{slug} for slug in frameworks] if several else [set(frameworks)]:
        href = url_for("reviews.new", expiring=1, framework=next(iter(slugs & {*several}), None))
        told += _soon([each for each in soon if each.framework in slugs], href)
        told += _expired([each for each in expired if each.framework in slugs], href)
    return told + _revoked(gone)


def to_renew(actor: Actor, now: dt.datetime) -> frozenset[int]:
    """The statements that these entries lead to."""
    soon, gone = ask_together(*questions(actor, now))
    expired = (each.statement_id for each in gone if each.status is EndorsementStatus.EXPIRED)
    return frozenset({*(each.statement_id for each in soon), *expired})


def _soon(soon: list[Expiring], href: str) -> list[PanelEntry]:
    if not soon:
        return []
    title = ngettext(
        "%(num)d reviewed rating expires by %(day)s",
        "%(num)d reviewed ratings expire by %(day)s",
        len(soon),
        day=day(max(each.last_day for each in soon)),
    )
    return [PanelEntry(title, href, _("Send them for review again, so that they keep counting."))]


def _expired(gone: list[EndedEndorsement], href: str) -> list[PanelEntry]:
    if not gone:
        return []
    title = ngettext(
        "%(num)d reviewed rating has expired", "%(num)d reviewed ratings have expired", len(gone)
    )
    return [
        PanelEntry(
            title, href, _("They don’t count anymore. Send them for review again."), ago(gone[0].at)
        )
    ]


def _revoked(gone: Sequence[EndedEndorsement]) -> list[PanelEntry]:
    return [
        PanelEntry(
            _(
                "%(who)s revoked the reviewed rating of “%(statement)s”",
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
