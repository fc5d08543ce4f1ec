"""The pages of reviews, put together from what their side may see."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from tracker.policy.permissions import Subject
from tracker.queries.access.blind_spots import NO_BLIND_SPOTS
from tracker.queries.assessment.learners import Learner
from tracker.queries.record import sheets
from tracker.queries.reviews import eligible_reviewers, handovers, item_details, pace
from tracker.queries.reviews import headers as review_headers
from tracker.queries.reviews import items as review_items
from tracker.queries.reviews import queues as review_queues
from tracker.queries.reviews.headers import ReviewHeader
from tracker.queries.reviews.items import Item
from tracker.queries.reviews.queues import Queued
from tracker.rules.errors import Conflict
from tracker.rules.pace import minutes_for
from tracker.rules.record.words import Side
from tracker.rules.reviews.responses import NewerAnswer
from tracker.rules.reviews.sending import SENT_MAX, Sendable, sendable, suggested
from tracker.rules.reviews.workflow import ReviewStatus
from tracker.web.http import access, session
from tracker.web.http.framework_asked import learner_asked
from tracker.web.i18n.render import render
from tracker.web.reviews import labels, progress, queue, screens
from tracker.web.reviews.endorsements import alerts
from tracker.web.reviews.forms import AnswerForm, SendForm
from tracker.web.ui.statement_picker import FinderDomain, StatementFinder

KEPT = ("domain", "framework")
"""What the address of the sending page keeps where more or fewer are to be ticked."""


@dataclass(frozen=True, slots=True)
class TypedForm:
    """A form that was refused, and the item that it stands at: shown again with what was typed."""

    item_id: int
    form: FlaskForm


def send_page(form: SendForm, chosen: list[int] | None) -> str:
    """`chosen`: what was ticked and refused; None for what is suggested (with `more` in the address
    all that is worth sending), or for what the address asks for."""
    actor, today = session.actor(), session.today()
    expiring = 1 if "expiring" in request.args else None
    learner = learner_asked(actor.person_id, "reviews.new", expiring=expiring)
    statements = _sendable(learner) if learner is not None else []
    domain_id = request.args.get("domain", "")
    if chosen is None and "statement" in request.args:
        chosen = request.args.getlist("statement", type=int)
    if chosen is None and expiring:
        chosen = [*alerts.to_renew(actor, session.now())]
    worth = [
        each.candidate
        for each in statements
        if each.candidate is not None and domain_id in ("", str(each.domain_id))
    ]
    usual, most = suggested(worth), suggested(worth, SENT_MAX)
    if chosen is None:
        chosen = most if "more" in request.args else usual
    if form.second_to.data is None:
        form.second_to.data = request.args.get("second_to", type=int)
    suggests = request.method == "POST" and form.second_to.data is None
    ticked = {each.statement_id for each in statements} & {*chosen}
    listed = {*ticked, *(usual if suggests else ())}
    others = StatementFinder(
        [each for each in statements if each.statement_id not in listed],
        lambda each: (each.title, each.text, each.domain, each.level),
        lambda each: FinderDomain(
            str(each.domain_id), "" if learner is None else learner.lang, each.domain
        ),
    )
    address: dict[str, Any] = {key: request.args[key] for key in KEPT if key in request.args}
    reviewers = eligible_reviewers.of_one(actor.person_id, today, form.second_to.data)
    paces = pace.seconds_of([each.person_id for each in reviewers])
    seconds = next(
        (
            paces[each.person_id]
            for each in reviewers
            if form.reviewer.data == f"{each.person_id}-{each.team_id}"
        ),
        pace.expected(reviewers, paces),
    )
    return render(
        "reviews/new.html",
        lang="" if learner is None else learner.lang,
        form=form,
        learner=learner,
        statements=statements,
        others=others,
        found=others.shown,
        later=sum(each.later is not None for each in statements),
        listed=[each for each in statements if each.statement_id in listed],
        ticked=ticked,
        usual=len(usual),
        worth=len(most),
        is_more="more" in request.args,
        is_renewal=bool(expiring),
        address=address,
        same=url_for("reviews.new", statement=[] if listed == {*usual} else [*listed], **address),
        reviewers=reviewers,
        paces=paces,
        seconds=seconds,
        minutes=minutes_for(len(ticked), seconds),
        reviewer_words=labels.reviewer_words,
    )


def left(items: Sequence[Item]) -> str:
    """What is left to answer for whoever is signed in."""
    return progress.left(len(progress.waiting(items)), my_pace())


def my_pace() -> int:
    """Seconds for a statement."""
    me = session.actor().person_id
    return pace.seconds_of([me])[me]


def drafts_page(form: SendForm, at: Collection[int]) -> str:
    """Asks about what was typed at some of the statements and would not go with them."""
    learner = learner_asked(session.actor().person_id, "reviews.new")
    statements = _sendable(learner) if learner is not None else []
    return render(
        "reviews/drafts.html",
        lang="" if learner is None else learner.lang,
        form=form,
        left=[each for each in statements if each.statement_id in at],
    )


def learner_page(review_id: int, typed: TypedForm | None = None) -> str:
    header = header_of(review_id)
    access.note_opened(review_id)
    return render(
        "reviews/show.html",
        lang=header.lang,
        header=header,
        items=review_items.for_learner(review_id),
        changed=review_items.changed_since_sent(review_id),
        words=words_of(header),
        messages=item_details.messages(review_id),
        evidence=item_details.evidence(review_id),
        typed=typed,
        statuses=labels.ITEM_STATUS,
        review_statuses=labels.REVIEW_STATUS,
        went_to=handovers.went_to(review_id),
    )


def item_page(
    item: Subject,
    form: AnswerForm | None = None,
    status: int = 200,
    current: NewerAnswer | None = None,
) -> ResponseReturnValue:
    """The reviewer's page of one statement. `form`: what was typed and refused; `current`: what
    another tab saved.

    Raises Conflict("review_withdrawn") where something was typed: it must not be lost.
    """
    review_id = review_of(item)
    header, items = reviewer_side(review_id)
    here = next(each for each in items if each.id == item.id)
    if form is not None and header.status is ReviewStatus.WITHDRAWN:
        raise Conflict("review_withdrawn")
    if here.revealed or not header.is_live:
        return redirect(screens.reviewer_href(header, items), 303)
    access.note_look(header.learner_id, "review")
    access.note_opened(review_id)
    return render(
        "reviews/item.html",
        lang=header.lang,
        header=header,
        items=items,
        here=here,
        other_wording=review_items.other_wordings([review_id] if header.is_moved else []).get(
            here.id
        ),
        words=words_of(header),
        form=form or _said(here),
        current=current,
        grounds=labels.grounds(),
        ground_words=labels.GROUNDS,
        statuses=labels.ITEM_STATUS,
        citations=item_details.citations(here.statement_id),
        evidence=item_details.evidence(review_id).get(here.id, []),
        messages=item_details.messages(review_id).get(here.id, []),
        done=progress.done(items),
        left=left(items),
        focus="go" in request.args,
        skip=progress.next_href(review_id, items, here.position, focus=True),
        screen_href=screens.with_item(items, here.id).href,
    ), status


def _said(here: Item) -> AnswerForm:
    """The form as the item stands."""
    return AnswerForm(
        formdata=None,
        data={
            "answer": here.theirs,
            "ground": here.ground,
            "note": here.their_note,
            "version": here.version,
        },
    )


def next_review(after_id: int) -> Queued | None:
    """What the reviewer can go on with after this one."""
    return queue.next_review(review_queues.inbox(session.actor(), session.today()), after_id)


def header_of(review_id: int) -> ReviewHeader:
    return review_headers.header(review_id, session.today())


def reviewer_side(review_id: int) -> tuple[ReviewHeader, list[Item]]:
    return header_of(review_id), review_items.for_reviewer(review_id)


def words_of(header: ReviewHeader) -> labels.ReviewLabels:
    return labels.ReviewLabels.of(item_details.scale(header.framework_id), header)


def is_learner(subject: Subject) -> bool:
    return subject.owner_id == session.actor().person_id


def outcome_href(header: ReviewHeader) -> str:
    """Where both read what was revealed: the differences, or the result once it has ended."""
    endpoint = "reviews.differences" if header.is_live else "differences.result"
    return url_for(endpoint, review_id=header.id)


def items_of(subject: Subject) -> list[Item]:
    """Of the review, as whoever is signed in may see them."""
    read = review_items.for_learner if is_learner(subject) else review_items.for_reviewer
    return read(review_of(subject))


def at(item: Subject) -> str:
    return url_for("reviews.differences", review_id=review_of(item), _anchor=f"item-{item.id}")


def review_of(subject: Subject) -> int:
    """Of a review or one of its items."""
    if subject.review_id is None:
        raise ValueError("not a record of a review")
    return subject.review_id


def is_sealed(header: ReviewHeader) -> bool:
    """Whether there is nothing yet, or nothing any more, that the two may see of each other."""
    return header.revealed_at is None and (
        header.is_live or header.status is ReviewStatus.WITHDRAWN
    )


def _sendable(learner: Learner) -> list[Sendable]:
    sheet = sheets.of_learner(learner, Side.OWN, NO_BLIND_SPOTS)
    return sendable(sheet, learner.round_starts_on)
