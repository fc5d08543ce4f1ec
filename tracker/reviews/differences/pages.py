"""The page of differences, put together from what its reader may see."""

from collections.abc import Collection

from flask import abort, redirect, url_for
from flask_babel import gettext as _, ngettext

from tracker.policy.permissions import Subject
from tracker.record.endorsements.rules import ExceptionStatus
from tracker.record.workflow.rules import ItemStatus
from tracker.reviews.differences import queries as differences
from tracker.reviews.differences.forms import SentDifferences
from tracker.reviews.differences.pages_agenda import Agenda, agenda, other_first
from tracker.reviews.differences.queries import ProposedException
from tracker.reviews.result.pages_outcome import End, ReviewOutcome, review_outcome
from tracker.reviews.review import pages, pages_labels as labels, pages_screens as screens
from tracker.reviews.review.forms import StepForm
from tracker.reviews.review.pages import TypedForm
from tracker.reviews.review.queries import ReviewHeader
from tracker.rules.errors import Conflict, Refusal
from tracker.web.http import access, session
from tracker.web.i18n.content_language import mark_language
from tracker.web.i18n.render import render
from tracker.web.ui.fields import choices
from tracker.web.ui.templating.dates import full_day


def differences_page(
    subject: Subject,
    step: TypedForm | None = None,
    exception: TypedForm | None = None,
    sent: SentDifferences | None = None,
    refusal: Refusal | None = None,
    taken: Collection[int] = (),
) -> str:
    """`subject`: the review or one of its items, of which a form may have been refused. While there
    is nothing to see of each other, on to the page of the review."""
    by_learner = pages.is_learner(subject)
    header = pages.header_of(screens.review_of(subject))
    if header.revealed_at is None and (step or exception or sent):
        raise Conflict("move_not_now")
    if pages.is_sealed(header):
        abort(redirect(url_for("reviews.show", review_id=header.id)))
    access.note_opened(header.id)
    outcome = mark_language(review_outcome(header, by_learner), header.lang)
    ends, me = outcome.by_end, session.actor().person_id
    undoable = differences.undoable(header.id, me) if ends[End.NO_AGREEMENT] else frozenset()
    own_side = differences.own_side(header.id, me)
    of_page = agenda(outcome, own_side, undoable, sent, refusal, taken)
    excepted = {
        item_id: proposed
        for item_id, of_item in outcome.exceptions.items()
        for proposed in of_item
        if proposed.ended_at is None
    }
    # What was typed and refused, or waits for a yes, is unfolded.
    to_look_at = {form.item_id for form in (step, exception) if form} | {
        item_id for item_id, one in excepted.items() if one.status == ExceptionStatus.PROPOSED
    }
    endorsed = [item for item in outcome.items if item.status is ItemStatus.ENDORSED]
    return render(
        "reviews/differences/show.html",
        lang=header.lang,
        **vars(outcome),
        title=_title(of_page, outcome),
        agenda=of_page,
        other_first=other_first(outcome),
        ends=ends,
        endorsed=endorsed,
        endorsed_open=any(item.id in to_look_at for item in endorsed),
        to_look_at=to_look_at,
        step=step,
        exception=exception,
        excepted=excepted,
        story=story,
        ground_words=labels.GROUNDS,
        how_they_know=labels.HOW_THEY_KNOW,
        result_words=labels.result_words,
        new_step=step_form(header),
        next_review=None if by_learner else pages.next_review(header.id),
    )


def _title(of_page: Agenda, outcome: ReviewOutcome) -> str:
    if of_page.to_choose:
        return ngettext(
            "%(num)d difference to settle", "%(num)d differences to settle", of_page.to_choose
        )
    if outcome.by_end[End.DIFFERS]:
        header = outcome.header
        return ngettext(
            "%(num)d difference waits for %(name)s",
            "%(num)d differences wait for %(name)s",
            len(outcome.by_end[End.DIFFERS]),
            name=header.reviewer if outcome.is_learner else header.learner,
        )
    return ngettext(
        "%(num)d statement of this review",
        "All %(num)d statements of this review",
        len(outcome.items),
    )


def step_form(header: ReviewHeader) -> StepForm:
    form = StepForm()
    people = [(header.learner_id, header.learner), (header.reviewer_id, header.reviewer)]
    form.owner.choices = choices(people)
    return form


def story(of: ProposedException) -> str:
    """What became of a proposed exception: the page and the meeting notes say the same."""
    reason = of.reason or _("the reason was erased")
    status: ExceptionStatus = of.status
    match status:
        case ExceptionStatus.PROPOSED:
            return _(
                "%(name)s suggests that this doesn’t apply here: %(reason)s",
                name=of.proposer,
                reason=reason,
            )
        case ExceptionStatus.AGREED:
            return _(
                "Doesn’t apply here: not counted at its level in the reviewed ratings. "
                "%(reason)s (agreed by %(one)s and %(other)s on %(day)s)",
                reason=reason,
                one=of.proposer,
                other=of.confirmer,
                day=full_day(of.agreed_at),
            )
        case ExceptionStatus.WITHDRAWN:
            return _(
                "“Doesn’t apply here”, suggested by %(name)s, was withdrawn on %(day)s: %(reason)s",
                name=of.proposer,
                day=full_day(of.ended_at),
                reason=of.end_reason or _("the reason was erased"),
            )
        case ExceptionStatus.ENDED:
            return _(
                "“Doesn’t apply here”, suggested by %(name)s, ended on %(day)s: a newer "
                "reviewed rating replaced it.",
                name=of.proposer,
                day=full_day(of.ended_at),
            )
