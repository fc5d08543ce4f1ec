"""What happened in the demo's second library, whose coordinator reads counts without names.

In the first round people were reviewed in half of the domains, in three groups, weeks apart. In
this round most have sent the rest, and some of it was told on an earlier day. One review is
overdue, and one more would be but for a week that was taken.
"""

from typing import Any

from tests.demo import current_round
from tests.demo.library import FIRST_ROUND, THIS_ROUND, LibraryStory, chunks
from tests.demo.lookups import Outline
from tests.demo.people import DemoLearner, pick
from tests.demo.reviews import Stage, hold_review
from tracker.administration.rounds import actions as rounds_actions
from tracker.assessment.ratings import actions as ratings_actions
from tracker.evidence.pieces import actions as pieces_actions
from tracker.policy.permissions import Actor
from tracker.reviews.review import actions as review_actions

GROUPS = 3
GROUP_DAYS = 12
"""From the beginning of one group to that of the next."""
EARLY = -14
"""The day of this round of which figures are told before it closes."""


class CountyStory(LibraryStory):
    """Of a small library, where a page of answers is saved at once."""

    screen = 10

    def tell(self) -> None:
        self._found(below=0)
        self._people(nested=True)
        self._round(*FIRST_ROUND)
        for group in range(GROUPS):
            day = FIRST_ROUND[0] + 3 + group * GROUP_DAYS
            for learner in self.learners[group::GROUPS]:
                self._first_round(learner, day)
        rounds_actions.keep_all_due(self.at(FIRST_ROUND[1] + 1))
        self._read_notices()
        self._round(*THIS_ROUND, figures=EARLY)
        for each in self.cast.texts["sent_this_round"]:
            self._this_round(each)
        rounds_actions.keep_all_due(self.at(-1))
        current_round.not_sent_yet(self)

    def _first_round(self, learner: DemoLearner, day: int) -> None:
        """They rate what the library began with, and are reviewed, up to their target."""
        actor = self._begin(learner, day)
        began_with = self.cast.texts["domains_of_first_round"]
        near = [each for each in self._near(learner) if each.domain in began_with]
        self._rate(learner, actor, near, day)
        self._record_evidence(learner, actor, day + 1)
        rated = [each for each in self._to_review(learner) if each.id in learner.said]
        for part, chunk in enumerate(chunks(rated, 40)):
            hold_review(self, learner, chunk, day + 2 + 2 * part, Stage.CLOSED)

    def _this_round(self, sent: dict[str, Any]) -> None:
        """They rate and send the rest."""
        (learner,) = (each for each in self.learners if each.name == sent["name"])
        day = sent["day"]
        actor = self.actor(learner.name, self.at(day - 3))
        rest = [each for each in self._near(learner) if each.id not in learner.said]
        self._rate(learner, actor, rest, day - 3)
        pieces_actions.jot(
            actor, pick(self.cast.texts["jots"], "jot", learner.name), self.at(day - 2)
        )
        to_send = [each for each in self._to_review(learner) if each in rest]
        review_id = hold_review(self, learner, to_send, day, Stage[sent["stage"]])
        if "one_more_week" in sent:
            now = self.at(sent["one_more_week"])
            review_actions.one_more_week(self.actor(learner.name, now), review_id, now)

    def _near(self, learner: DemoLearner) -> list[Outline]:
        return [statement for statement in self.statements if statement.rank <= learner.rank]

    def _rate(
        self, learner: DemoLearner, actor: Actor, statements: list[Outline], day: float
    ) -> None:
        """For the first time, by the grid: all of them at once."""
        later = day > FIRST_ROUND[1]
        said = [self._to_save(learner, statement, later) for statement in statements]
        ratings_actions.rate_many(actor, said, self.at(day))
        for each in said:
            learner.said[each.statement_id] = str(each.answer)
            learner.versions[each.statement_id] = 1
