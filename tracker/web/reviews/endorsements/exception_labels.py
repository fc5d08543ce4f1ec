"""What became of a proposed exception, in a sentence: the page and the meeting notes say the
same."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.queries.endorsements.exceptions import ProposedException
from tracker.rules.reviews.exceptions import ExceptionStatus, TakenBack
from tracker.web.ui.templating.dates import full_day

TAKEN_BACK = {
    TakenBack.WITHDRAWN: _l("The statement counts again."),
    TakenBack.DECLINED: _l("Declined: the statement still counts."),
    TakenBack.PROPOSAL: _l("The proposal is withdrawn: the statement still counts."),
}


def story(of: ProposedException) -> str:
    reason = of.reason or _("the reason was erased")
    match of.status:
        case ExceptionStatus.PROPOSED:
            return str(
                _(
                    "%(name)s suggests that this doesn’t apply here: %(reason)s",
                    name=of.proposer,
                    reason=reason,
                )
            )
        case ExceptionStatus.AGREED:
            return str(
                _(
                    "Doesn’t apply here: not counted at its level in the reviewed ratings. "
                    "%(reason)s (agreed by %(one)s and %(other)s on %(day)s)",
                    reason=reason,
                    one=of.proposer,
                    other=of.confirmer,
                    day=full_day(of.agreed_at),
                )
            )
        case ExceptionStatus.WITHDRAWN:
            return str(
                _(
                    "“Doesn’t apply here”, suggested by %(name)s, was withdrawn on %(day)s: "
                    "%(reason)s",
                    name=of.proposer,
                    day=full_day(of.ended_at),
                    reason=of.end_reason or _("the reason was erased"),
                )
            )
        case ExceptionStatus.ENDED:
            return str(
                _(
                    "“Doesn’t apply here”, suggested by %(name)s, ended on %(day)s: a newer "
                    "reviewed rating replaced it.",
                    name=of.proposer,
                    day=full_day(of.ended_at),
                )
            )
