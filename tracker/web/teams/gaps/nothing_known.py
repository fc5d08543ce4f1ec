"""What to do next where a gaps page knows nothing of anybody yet."""

from typing import NamedTuple

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.queries.teams.gap_scope import GapScope
from tracker.queries.teams.gaps import GapPage
from tracker.rules.teams.gap_reasons import ReviewProgress


class NothingKnown(NamedTuple):
    title: str
    text: str
    href: str
    label: str


def words(scope: GapScope, page: GapPage, who_has_not_sent: str) -> NothingKnown:
    team = url_for("teams.show", team_id=scope.team.id)
    if scope.round is not None:
        return NothingKnown(
            _("No level was known by the end of %(round)s", round=scope.round.name),
            _("Gaps show what was reviewed by then."),
            url_for("teams.gaps", team_id=scope.team.id),
            _("Show gaps now"),
        )
    sums = [column.summary for column in page.columns]
    if sum(each.no_target for each in sums) == page.cells:
        return NothingKnown(
            _("No targets are set for these jobs"),
            _("A gap is measured against a target. An administrator sets targets for each job."),
            team,
            _("Open the team"),
        )
    if sum(each.no_target + each.not_assessed for each in sums) == page.cells:
        return NothingKnown(
            _("Too few statements to score"),
            _("No level has enough statements here for a result."),
            team,
            _("Open the team"),
        )
    sent = ngettext(
        "%(sent)s of %(num)d person has sent ratings.",
        "%(sent)s of %(num)d people have sent ratings.",
        page.all,
        sent=page.all - page.not_sent,
    )
    if who_has_not_sent and page.not_sent:
        next_step = _(
            "Remind people to rate and send. Gaps show once enough statements of a level are "
            "reviewed."
        )
        href, label = who_has_not_sent, _("See who hasn’t sent")
    elif page.progress and page.progress[ReviewProgress.IN_REVIEW]:
        next_step = _("Gaps show once supervisors have reviewed enough statements of a level.")
        href, label = team, _("Open the team")
    else:
        next_step = _(
            "Gaps show once enough statements of a level are reviewed. An administrator can open a "
            "round, so that everyone knows the dates."
        )
        href, label = team, _("Open the team")
    return NothingKnown(_("No level is known here yet"), f"{sent} {next_step}", href, label)
