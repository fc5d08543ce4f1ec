"""The pages of reviews, put together from what their side may see."""

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from tracker.policy import Subject
from tracker.queries import handovers, learners, review_frames, review_queues, reviewers, sending
from tracker.queries import review_papers as papers
from tracker.queries import reviews as queues
from tracker.queries.review_frames import Frame
from tracker.queries.review_queues import Queued
from tracker.queries.reviews import Item
from tracker.rules.errors import Conflict
from tracker.rules.reviews import SECONDS_EACH, Current, minutes_for
from tracker.web import access, exception_words, review_queue, reviewing, session, today_endorsements
from tracker.web.forms.fields import choices
from tracker.web.forms.reviews import AnswerForm, SendForm, StepForm
from tracker.web.review_talk import talk
from tracker.web.wording import told


@dataclass(frozen=True, slots=True)
class Typed:
    """A form that was refused, and the item that it stands at: shown again with what was typed."""

    item_id: int
    form: FlaskForm


def send_page(form: SendForm, chosen: list[int] | None) -> str:
    """`chosen`: what was ticked and refused; None for what is suggested, or for what the address asks for."""
    actor, today = session.actor(), session.today()
    learner = learners.learner(actor.person_id, today)
    statements = told(sending.sendable(learner, today), learner.lang) if learner is not None else []
    domain_id = request.args.get("domain", "")
    if chosen is None and "expiring" in request.args:
        chosen = [*today_endorsements.to_renew(actor, session.now())]
    ticked = {
        each.statement_id
        for each in statements
        if (
            each.suggested and domain_id in ("", str(each.domain_id)) if chosen is None else each.statement_id in chosen
        )
    }
    return render_template(
        "reviews/new.html", form=form, learner=learner, statements=statements, ticked=ticked,
        reviewers=reviewers.of(actor.person_id, today), minutes=minutes_for(len(ticked)), seconds=SECONDS_EACH,
        reviewer_words=reviewing.reviewer_words,
    )  # fmt: skip


def learner_page(review_id: int, typed: Typed | None = None) -> str:
    frame = frame_of(review_id)
    access.note_opened(review_id)
    return render_template(
        "reviews/show.html", frame=frame, items=told(queues.for_learner(review_id), frame.lang), words=words_of(frame),
        messages=papers.messages(review_id), evidence=papers.evidence(review_id), typed=typed,
        statuses=reviewing.ITEM_STATUS, review_statuses=reviewing.REVIEW_STATUS,
        went_to=handovers.went_to(review_id),
    )  # fmt: skip


def item_page(
    item: Subject, form: AnswerForm | None = None, status: int = 200, current: Current | None = None
) -> ResponseReturnValue:
    """The reviewer's page of one statement. `form`: what was typed and refused; `current`: what another tab saved."""
    review_id = queues.review_of(item.id)
    frame, items = reviewer_side(review_id)
    here = next(each for each in items if each.id == item.id)
    if here.revealed or not frame.is_live:
        return redirect(reviewer_href(frame, items), 303)
    access.note_look(frame.learner_id, "review")
    access.note_opened(review_id)
    return render_template(
        "reviews/item.html", frame=frame, items=items, here=here, words=words_of(frame), form=form or _said(here),
        current=current, grounds=reviewing.grounds(), ground_words=reviewing.GROUNDS, statuses=reviewing.ITEM_STATUS,
        citations=told(papers.citations(here.statement_id), frame.lang),
        evidence=papers.evidence(review_id).get(here.id, []),
        messages=papers.messages(review_id).get(here.id, []), done=reviewing.done(items),
        left=reviewing.left(items), focus="go" in request.args,
        skip=reviewing.next_href(review_id, items, here.position, focus=True),
    ), status  # fmt: skip


def _said(here: Item) -> AnswerForm:
    """The form as the item stands."""
    return AnswerForm(
        formdata=None,
        data={"answer": here.theirs, "ground": here.ground, "note": here.their_note, "version": here.version},
    )


def differences_page(
    subject: Subject, confirm: Typed | None = None, step: Typed | None = None, exception: Typed | None = None
) -> str:
    """`subject`: the review or one of its items, of which a form may have been refused."""
    typed = confirm or step or exception
    review_id = subject.id if typed is None else queues.review_of(typed.item_id)
    by_learner = is_learner(subject)
    frame = frame_of(review_id)
    if frame.revealed_at is None and typed is not None:
        raise Conflict("move_not_now")
    access.note_opened(review_id)
    return render_template(
        "reviews/differences.html", **vars(talk(frame, by_learner)), confirm=confirm, step=step,
        exception=exception, story=exception_words.story, ground_words=reviewing.GROUNDS, new_step=step_form(frame),
        next_review=None if by_learner else next_review(review_id),
    )  # fmt: skip


def step_form(frame: Frame) -> StepForm:
    form = StepForm()
    people = [(frame.learner_id, frame.learner), (frame.reviewer_id, frame.reviewer)]
    form.owner.choices = choices(people)
    return form


def next_review(after_id: int) -> Queued | None:
    """What the reviewer can go on with after this one."""
    return review_queue.next_review(review_queues.inbox(session.actor(), session.today()), after_id)


def frame_of(review_id: int) -> Frame:
    frame = review_frames.frame(review_id, session.today())
    return told(frame, frame.lang)


def reviewer_side(review_id: int) -> tuple[Frame, list[Item]]:
    frame = frame_of(review_id)
    return frame, told(queues.for_reviewer(review_id), frame.lang)


def words_of(frame: Frame) -> reviewing.Words:
    return reviewing.Words.of(told(papers.scale(frame.framework_id), frame.lang), frame)


def is_learner(subject: Subject) -> bool:
    return subject.owner_id == session.actor().person_id


def reviewer_href(frame: Frame, items: list[Item]) -> str:
    """Raises Conflict("review_withdrawn")."""
    href = reviewing.reviewer_href(frame, items)
    if href is None:
        raise Conflict("review_withdrawn")
    return href


def at(item: Subject) -> str:
    return url_for("reviews.differences", review_id=queues.review_of(item.id), _anchor=f"item-{item.id}")
