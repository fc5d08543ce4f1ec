"""What happened in the demo library, told through the services with the clock of the story.

Two rounds half a year apart. In the first everybody rates, sends and is reviewed; in the second
each learner of a team stands somewhere else, so that every status of reviews and items can be seen.
"""

import datetime as dt
from collections.abc import Iterable

from tests.demo import current_round, lookups, next_version, staff_list
from tests.demo.county import CountyStory
from tests.demo.library import FIRST_ROUND, THIS_ROUND, LibraryStory, chunks
from tests.demo.lookups import Outline
from tests.demo.people import Cast, DemoLearner, email, pick
from tests.demo.reviews import Stage, hold_review
from tracker.accounts.account import actions as account_actions
from tracker.accounts.links import actions as links_actions
from tracker.administration.memberships import actions as memberships_actions
from tracker.administration.people import actions as people_actions
from tracker.administration.rounds import actions as rounds_actions
from tracker.administration.teams import actions as teams_actions
from tracker.assessment.ratings import actions as ratings_actions
from tracker.evidence.files.rules import FileStore
from tracker.evidence.pieces import actions as pieces_actions
from tracker.operations.audit import actions as audit_actions
from tracker.policy.permissions import Actor
from tracker.record.workflow.rules import ReviewStatus
from tracker.reviews.differences import actions as differences_actions
from tracker.reviews.queue import queries as queue_queries
from tracker.reviews.review import actions as review_actions
from tracker.rules.core.memberships import MembershipTerms
from tracker.rules.roles import Role

STAGES = tuple(Stage)


class Story(LibraryStory):
    """Of the first library, in an empty installation."""

    def tell(self) -> None:
        self._found(below=1)
        self._people(nested=False)
        self._round(*FIRST_ROUND)
        for learner in self.learners:
            self._first_round(learner)
        self._after_first_round()
        self._read_notices()
        self._round(*THIS_ROUND)
        for learner in self.learners:
            self._this_round(learner)
        self._thanks()
        self._need_time()
        self._second_opinions()
        current_round.not_sent_yet(self)
        self._last_day()
        now = self.at(-2)
        staff_list.bring_in(self.actor(self.cast.administrator, now), self.cast, now)
        self._newcomers()
        next_version.draft(
            self.actor(self.cast.administrator, self.at(-1)), self.framework_id, self.at(-1)
        )
        self._forgotten_passwords()

    def _first_round(self, learner: DemoLearner) -> None:
        """All but the newest person of each team rate and are reviewed up to their target; the
        first rates all."""
        if learner.place == 10:
            return
        day = FIRST_ROUND[0] + 3 + learner.place
        actor = self._begin(learner, day)
        near = [
            statement
            for statement in self.statements
            if learner.place == 0 or statement.rank <= max(2, learner.rank)
        ]
        self._rate(learner, actor, near, day, later=False)
        self._record_evidence(learner, actor, day + 6)
        for part, chunk in enumerate(chunks(self._to_review(learner), 40)):
            hold_review(self, learner, chunk, day + 12 + 3 * part, Stage.CLOSED)

    def _after_first_round(self) -> None:
        """It is kept as it was on its last day, and the coordinator looks at the gaps; then the
        library comes to expect more, and teams that stood alone come below another."""
        rounds_actions.keep_all_due(self.at(FIRST_ROUND[1] + 1))
        now = self.at(FIRST_ROUND[1] + 2)
        coordinator = self.actor(self.cast.coordinators[0][0], now)
        audit_actions.looked(
            coordinator, [learner.person_id for learner in self.learners], "gaps", now
        )
        now = self.at(FIRST_ROUND[1] + 10)
        admin = self.actor(self.cast.administrator, now)
        self._set_durable_targets(admin, now)
        for team in self.cast.teams:
            if team.above:
                teams_actions.edit(
                    admin,
                    self.team_ids[team.name],
                    name=team.name,
                    parent_id=self.team_ids[team.above],
                    open_reviews=False,
                    now=now,
                )

    def _this_round(self, learner: DemoLearner) -> None:
        day = THIS_ROUND[0] + 4 + learner.place
        if (
            learner.place == 10
        ):  # their first round: half way through the framework, nothing sent yet
            actor = self._begin(learner, -3)
            self._rate(learner, actor, self.statements[:58], -3, later=True)
            doubtful = self.statements[7].id
            version = learner.versions[doubtful]
            ratings_actions.rate(actor, doubtful, None, version, self.at(-2), clear=True)
            return
        actor = self.actor(learner.name, self.at(day))
        changed, same = self._to_rate_again(learner)
        self._rate(learner, actor, changed + same, day, later=True)
        pieces_actions.jot(
            actor, pick(self.cast.texts["jots"], "jot", learner.name), self.at(day + 1)
        )
        near = [each for each in changed if abs(each.rank - learner.rank) <= 1]
        sent = (near + [each for each in same if each not in near])[: 8 + learner.place]
        stage = STAGES[learner.place % len(STAGES)]
        if stage is not Stage.NOT_SENT and sent:
            hold_review(self, learner, sent, stage.begins, stage)

    def _thanks(self) -> None:
        """The first learner and their supervisor thank each other for the review that ended last;
        so does the supervisor the one whose review of this round has ended."""
        texts = self.cast.texts["thanks"]
        for learner in (each for each in self.learners[:5] if each.place in (0, 4)):
            sent = queue_queries.mine(self.actor(learner.name, self.at(-1)), self.today)
            review = next(each for each in sent if each.status is ReviewStatus.CLOSED)
            now = (review.ended_at or self.at(-1)) + dt.timedelta(hours=2)
            supervisor = self.actor(learner.supervisor, now)
            first = learner.name.split()[0]
            differences_actions.thank(
                supervisor, review.id, texts["to_learner"].format(name=first), now
            )
            if learner.place == 0:
                first = learner.supervisor.split()[0]
                text = texts["to_supervisor"].format(name=first)
                differences_actions.thank(self.actor(learner.name, now), review.id, text, now)

    def _need_time(self) -> None:
        """The last team's supervisor is away, and the first learner with a review under way takes
        one more week for it."""
        now = self.at(-1)
        account_actions.leave(
            self.actor(self.cast.teams[-1].supervisors[0], now), self._day(8), now
        )
        for learner in self.learners:
            actor = self.actor(learner.name, now)
            for review in queue_queries.mine(actor, self.today):
                if review.status is ReviewStatus.IN_REVIEW:
                    review_actions.one_more_week(actor, review.id, now)
                    return

    def _second_opinions(self) -> None:
        """The third team's supervisor may be asked by people of the others too."""
        supervisor = self.cast.teams[2].supervisors[0]
        account_actions.give_second_opinions(self.actor(supervisor, self.at(-1)), wanted=True)

    def _last_day(self) -> None:
        """The first team's supervisor leaves it in three weeks: the administrator is told."""
        now = self.at(-1)
        admin = self.actor(self.cast.administrator, now)
        supervisor = self.ids[self.cast.teams[0].supervisors[0]]
        membership_id = lookups.supervision(supervisor)
        memberships_actions.end(admin, membership_id, self._day(21), now)

    def _newcomers(self) -> None:
        """Two have no password yet: the invitation of the first is over. The second is to
        coordinate the first team, so what was reviewed there waits for them."""
        for name, days in zip(self.cast.texts["newcomers"], (-20, -3), strict=True):
            now = self.at(days)
            admin = self.actor(self.cast.administrator, now)
            self.ids[name], _link = people_actions.add(admin, name, email(name), now)
        now = self.at(-1)
        team_id = self.team_ids[self.cast.teams[0].name]
        terms = MembershipTerms(team_id, Role.COORDINATOR, self._day(-1))
        memberships_actions.add(
            self.actor(self.cast.administrator, now), self.ids[name], terms, now
        )

    def _forgotten_passwords(self) -> None:
        """The administrator makes two learners of the first team a link: one has a recovery code
        and uses it, the other's supervisor is asked today whether they are there."""
        now = self.at(-1, hour=23)
        admin = self.actor(self.cast.administrator, now)
        coded, asking = [learner for learner in self.learners if learner.place in (7, 8)][:2]
        code = links_actions.new_recovery_code(
            self.actor(coded.name, now), self.passwords, self.cast.password, now
        )
        token = links_actions.renew(admin, coded.person_id, now)
        links_actions.accept(token, self.passwords, self.cast.password, now, code=code)
        links_actions.renew(admin, asking.person_id, now)

    def _rate(
        self,
        learner: DemoLearner,
        actor: Actor,
        statements: Iterable[Outline],
        day: float,
        later: bool,
    ) -> None:
        for at, statement in enumerate(statements):
            each = self._to_save(learner, statement, later)
            saved = ratings_actions.rate(
                actor,
                each.statement_id,
                each.answer,
                each.base_version,
                self.at(day + at / 140),
                reviewer_note=each.notes.get("reviewer_note"),
            )
            learner.said[statement.id] = str(each.answer)
            learner.versions[statement.id] = saved.version


def tell(casts: tuple[Cast, Cast], today: dt.date, store: FileStore) -> None:
    """What happened in both libraries: the first one's people have the first numbers."""
    first, county = casts
    Story(first, today, store).tell()
    CountyStory(county, today, store).tell()
