"""What a learner's own reviews ask of them: questions that came back, and what was revealed."""

import datetime as dt
from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.queries.dashboard.today import ReturnedItem, RevealedReview
from tracker.web.reviews.labels import result_words
from tracker.web.ui.panels import NextUp, PanelEntry, due, is_soon, shortened
from tracker.web.ui.templating.dates import ago


def waits(
    returned: Sequence[ReturnedItem], revealed: Sequence[RevealedReview], *, names: bool
) -> list[NextUp]:
    """What a reviewer waits for: the questions of a review at once, and its differences. `names`:
    as for `entries`."""
    by_review: dict[int, list[ReturnedItem]] = {}
    for item in returned:
        by_review.setdefault(item.review_id, []).append(item)
    return [_reply(items, names=names) for items in by_review.values()] + [
        _settle(review, names=names) for review in revealed if review.to_say
    ]


def _reply(items: list[ReturnedItem], *, names: bool) -> NextUp:
    newest = items[0]
    words = ngettext(
        "Answer %(num)s question from %(name)s",
        "Answer %(num)s questions from %(name)s",
        len(items),
        name=newest.reviewer,
    )
    return NextUp(
        words,
        _of(_asked(newest), newest.framework, names),
        url_for("reviews.show", review_id=newest.review_id),
        _("Reply"),
        due_on=newest.due_on,
    )


def _settle(review: RevealedReview, *, names: bool) -> NextUp:
    return NextUp(
        _title(review),
        _of(_outcome(review), review.framework, names),
        url_for("reviews.differences", review_id=review.review_id),
        ngettext("Settle %(num)s difference", "Settle %(num)s differences", review.to_say),
        due_on=review.due_on,
    )


def entries(
    returned: Sequence[ReturnedItem],
    revealed: Sequence[RevealedReview],
    on: dt.date,
    *,
    names: bool,
) -> list[PanelEntry]:
    """`names`: whether they learn in several frameworks, so that each says of which it is."""
    return [_returned(item, names=names) for item in returned] + [
        _revealed(review, on, names=names) for review in revealed
    ]


def _returned(item: ReturnedItem, *, names: bool) -> PanelEntry:
    return PanelEntry(
        _("%(statement)s came back with a question", statement=item.title),
        url_for("reviews.show", review_id=item.review_id),
        _of(_asked(item), item.framework, names),
        ago(item.at),
    )


def _revealed(review: RevealedReview, on: dt.date, *, names: bool) -> PanelEntry:
    endpoint = "reviews.differences" if review.shown else "reviews.show"
    if review.closed_at is not None:
        endpoint = "differences.result"
    waits_for_me = bool(review.to_say)
    return PanelEntry(
        _title(review),
        url_for(endpoint, review_id=review.review_id),
        _of(_outcome(review), review.framework, names),
        due(review.due_on, on) if waits_for_me else ago(review.closed_at or review.at),
        waits_for_me and is_soon(review.due_on, on),
    )


def _title(review: RevealedReview) -> str:
    if review.closed_at is not None:
        return str(_("Your review by %(name)s is finished", name=review.reviewer))
    if not review.to_say:
        return str(_("Your review by %(name)s is revealed", name=review.reviewer))
    return str(
        ngettext(
            "Settle %(num)s difference with %(name)s",
            "Settle %(num)s differences with %(name)s",
            review.to_say,
            name=review.reviewer,
        )
    )


def _outcome(review: RevealedReview) -> str:
    if review.closed_at is not None and review.shown:
        same = review.shown - review.agreed - review.apart
        return result_words(same, review.agreed, review.apart)
    if not review.shown:
        return str(_("Your supervisor had no chance to see what you sent."))
    words = _("%(current)s of %(total)s are reviewed.", current=review.current, total=review.shown)
    if with_other := review.differing - review.to_say:
        words += " " + ngettext(
            "%(num)s waits for %(name)s.",
            "%(num)s wait for %(name)s.",
            with_other,
            name=review.reviewer,
        )
    return str(words)


def _asked(item: ReturnedItem) -> str:
    if not item.question:
        return str(
            _("%(name)s asked; the question was erased with the evidence", name=item.reviewer)
        )
    return str(_("%(name)s: “%(question)s”", name=item.reviewer, question=shortened(item.question)))


def _of(text: str, framework: str, names: bool) -> str:
    """The text, and which framework it is about where they learn in several."""
    return " ".join((text, _("About %(framework)s.", framework=framework))) if names else text
