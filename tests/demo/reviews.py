"""One review of the demo, taken as far as its stage says."""

import datetime as dt
from enum import Enum

from tests.demo import lookups
from tests.demo.lookups import Outline
from tests.demo.people import DemoLearner, Scene, draw, fitting, pick
from tracker.frameworks.versions.rules import (
    CANNOT_TELL,
    NOT_MY_WORK,
    NOT_THEIR_WORK,
    Ground,
    counterpart,
)
from tracker.operations.audit import actions as audit_actions
from tracker.reviews.differences import actions as differences_actions
from tracker.reviews.differences.rules import Choice, ChoiceKind
from tracker.reviews.review import actions as review_actions
from tracker.reviews.review.rules import ReviewerResponse

FIRST_TOLD = dt.date(2026, 11, 24)
"""What chance says goes by the day of the story, as if it ended on this day: on every day it is the
same story."""


class Stage(Enum):
    """How far a review has come; `begins` is the day on which it was sent, from the story's
    today."""

    DIFFERENCES = -12
    STARTED = -5
    SENT = -2
    ANSWERED = -6
    CLOSED = -25
    NOT_SENT = 0
    RETURNED = -7
    WITHDRAWN = -9
    KEPT_APART = -40
    REPLIED = -8

    @property
    def begins(self) -> int:
        return int(self.value)


def hold_review(
    scene: Scene, learner: DemoLearner, sent: list[Outline], day: float, stage: Stage
) -> int:
    """Send the statements to the learner's supervisor, and let both act until `stage`. Returns the
    review's id."""
    actor = scene.actor(learner.name, scene.at(day))
    supervisor = scene.actor(learner.supervisor, scene.at(day))
    review_id = review_actions.send(
        actor, supervisor.person_id, [each.id for each in sent], scene.at(day), learner.team_id
    )
    if stage is Stage.WITHDRAWN:
        review_actions.withdraw(actor, review_id, scene.at(day + 0.5))
    if stage not in (Stage.WITHDRAWN, Stage.SENT):
        _answer(scene, learner, review_id, {each.id: each for each in sent}, day, stage)
    return review_id


def _answer(
    scene: Scene,
    learner: DemoLearner,
    review_id: int,
    by_id: dict[int, Outline],
    day: float,
    stage: Stage,
) -> None:
    """The supervisor opens it, answers, reveals, and both talk."""
    actor = scene.actor(learner.name, scene.at(day))
    supervisor = scene.actor(learner.supervisor, scene.at(day))
    audit_actions.looked(supervisor, [learner.person_id], "review", scene.at(day + 2))
    items = [(item_id, by_id[statement_id]) for item_id, statement_id in lookups.items(review_id)]
    answered = items[: len(items) // 2] if stage is Stage.STARTED else items
    returned = dict(items[1:3]) if stage in (Stage.RETURNED, Stage.REPLIED) else {}
    for first in range(0, len(answered), scene.screen):
        screen = answered[first : first + scene.screen]
        now = scene.at(day + 2 + first / 100)
        said = [
            _asked(scene, learner, *each)
            if each[0] in returned
            else _seen(scene, learner, *each, now)
            for each in screen
        ]
        review_actions.answer(supervisor, said, now)
        if stage is Stage.REPLIED:
            for item_id in returned.keys() & dict(screen).keys():
                key = "reply", learner.name, returned[item_id].code
                text = pick(scene.cast.texts["replies"], *key)
                review_actions.reply(actor, item_id, text, scene.at(day + 3 + first / 100))
    if stage in (Stage.STARTED, Stage.ANSWERED, Stage.RETURNED, Stage.REPLIED):
        return
    review_actions.reveal(supervisor, review_id, scene.at(day + 3))
    _talk(scene, learner, review_id, by_id, day + 5, stage)


def _asked(
    scene: Scene, learner: DemoLearner, item_id: int, statement: Outline
) -> ReviewerResponse:
    question = pick(scene.cast.texts["questions"], "question", learner.name, statement.code)
    return _response(item_id, None, None, question)


def _seen(
    scene: Scene, learner: DemoLearner, item_id: int, statement: Outline, now: dt.datetime
) -> ReviewerResponse:
    """What the supervisor saw: near to what the learner can do, by their own eyes."""
    key = (learner.name, statement.code, FIRST_TOLD + (now.date() - scene.today))
    if draw("chance", *key) < 0.04:
        return _response(item_id, CANNOT_TELL, None, "")
    if learner.said[statement.id] == NOT_MY_WORK and draw("job", *key) < 0.7:
        return _response(item_id, NOT_THEIR_WORK, None, "")
    above = learner.ability(statement, later=now > scene.at(-60)) + (draw("eye", *key) - 0.55) * 0.5
    seen = fitting(scene.scale, above)
    ground = _ground(item_id, *key)
    note = pick(scene.cast.texts["reviewer_notes"][ground], "said", *key)
    return _response(item_id, seen, ground, note)


def _ground(item_id: int, *key: object) -> Ground:
    """From the evidence only where some was sent."""
    grounds = [each for each in Ground if each is not Ground.EVIDENCE_ONLY]
    return pick(tuple(Ground) if lookups.has_evidence(item_id) else grounds, "ground", *key)


def _response(
    item_id: int, answer: str | None, ground: Ground | None, note: str
) -> ReviewerResponse:
    """To an item that nobody answered yet."""
    return ReviewerResponse(item_id, answer, ground, note, 1)


def _talk(
    scene: Scene,
    learner: DemoLearner,
    review_id: int,
    statements: dict[int, Outline],
    day: float,
    stage: Stage,
) -> None:
    """Go through what both see differently: agree on most, keep some apart; in DIFFERENCES only
    begin with it."""
    actor, supervisor = (
        scene.actor(name, scene.at(day)) for name in (learner.name, learner.supervisor)
    )
    by_item = {
        item_id: statements[statement_id] for item_id, statement_id in lookups.items(review_id)
    }
    for at, (item_id, said) in enumerate(lookups.differing(review_id)):
        statement = by_item[item_id]
        now = scene.at(day + at / 50)
        agreed = counterpart(said) or said
        reason = _fitting(scene, "agreements", statement, learner)
        agreeing = Choice(item_id, ChoiceKind.AGREE, agreed, reason)
        if stage is Stage.DIFFERENCES:
            if at == 0:
                differences_actions.confirm_all(supervisor, review_id, [agreeing], now)
            elif at == 1:
                step = _fitting(scene, "next_steps", statement, learner)
                due_on = scene.today + dt.timedelta(days=21)
                differences_actions.add_next_step(
                    supervisor, item_id, actor.person_id, step, due_on, now
                )
            elif at == 2:
                differences_actions.choose(actor, review_id, [agreeing], [], now)
        elif at % 4 == 3 or (stage is Stage.KEPT_APART and at == 0):
            apart = Choice(item_id, ChoiceKind.NO_AGREEMENT)
            differences_actions.confirm_all(actor, review_id, [apart], now)
        else:
            for who in (supervisor, actor):
                differences_actions.confirm_all(who, review_id, [agreeing], now)


def _fitting(scene: Scene, kind: str, statement: Outline, learner: DemoLearner) -> str:
    """One of the sentences that fit the statement."""
    texts = scene.cast.fitting(kind, statement.domain, statement.title)
    return pick(texts, kind, learner.name, statement.code)
