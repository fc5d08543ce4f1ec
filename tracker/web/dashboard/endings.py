"""Today for administrators: supervisors whose time ends, and what would be left without one."""

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.policy.permissions import Actor
from tracker.queries.reviews.leaving import endings
from tracker.queries.reviews.leaving.endings import EndingSupervision
from tracker.web.http import session
from tracker.web.ui.panels import PanelEntry
from tracker.web.ui.templating.dates import day


def entries(actor: Actor) -> list[PanelEntry]:
    today = session.today()
    return [
        PanelEntry(
            _("%(name)s’s last day as a supervisor is %(day)s", name=each.name, day=last)
            if each.last_day >= today
            else _("%(name)s’s last day as a supervisor was %(day)s", name=each.name, day=last),
            url_for("leaving.show", person_id=each.person_id),
            _("Choose who takes over: %(what)s.", what=_left(each)),
            urgent=True,
        )
        for each in endings.of(actor, today)
        for last in [day(each.last_day)]
    ]


def _left(each: EndingSupervision) -> str:
    reviews = ngettext("%(num)d review", "%(num)d reviews", each.reviews)
    learners = ngettext("%(num)d learner", "%(num)d learners", each.learners)
    if not each.learners:
        return str(reviews)
    if not each.reviews:
        return str(learners)
    return str(_("%(reviews)s and %(learners)s", reviews=reviews, learners=learners))
