"""What happened in the demo library, told through the services with the clock of the story.

Two rounds half a year apart. In the first everybody rates, sends and is reviewed; in the second
each learner of a team stands somewhere else, so that every status of reviews and items can be seen.
"""

import datetime as dt
from collections.abc import Iterable

from tracker.cli.demo import current_round, next_version, staff_list
from tracker.cli.demo.people import Cast, DemoLearner, Scene, draw, email, pick
from tracker.cli.demo.reviews import Stage, hold_review
from tracker.policy.permissions import Actor
from tracker.queries.operations import demo as world
from tracker.queries.operations.demo import Outline
from tracker.queries.reviews import queues
from tracker.rules.accounts.passwords import Passwords
from tracker.rules.administration.memberships import MembershipTerms
from tracker.rules.evidence.content import EvidenceContent
from tracker.rules.evidence.uploads import FileStore, Upload
from tracker.rules.frameworks.sensitive import Decision
from tracker.rules.reviews.workflow import ReviewStatus
from tracker.rules.roles import Role
from tracker.services import evidence
from tracker.services.accounts import away, invitations
from tracker.services.administration import (
    exclusions,
    memberships,
    people,
    role_profiles,
    rounds,
    teams,
    use_statement_readings,
    use_statements,
)
from tracker.services.administration.library_settings import NewLibrary, create_administrator
from tracker.services.assessment import ratings
from tracker.services.notifications import notices
from tracker.services.reviews import due_dates, releases

FRAMEWORK = "library-technicians"
SEASONS = (
    "Winter",
    "Winter",
    "Spring",
    "Spring",
    "Spring",
    "Summer",
    "Summer",
    "Summer",
    "Autumn",
    "Autumn",
    "Autumn",
    "Winter",
)
RANK = {"Entry": 1, "Mid-level": 2, "Senior": 3, "Lead": 4}
FIRST_ROUND = (-200, -150)
THIS_ROUND = (-45, 17)
STAGES = tuple(Stage)
ALL = 2**31 - 1
"""An id that is after all others."""


class Story(Scene):
    """Tell it once, in an empty installation."""

    def __init__(self, cast: Cast, today: dt.date, store: FileStore) -> None:
        super().__init__(cast, today)
        self.store = store
        self.passwords = Passwords(time_cost=1, memory_cost=8 * 1024, parallelism=1)
        self.learners: list[DemoLearner] = []
        self.team_ids: dict[str, int] = {}
        self.statements: list[Outline] = []
        self.framework_id = 0

    def tell(self) -> None:
        self._found()
        self._people()
        self._round(*FIRST_ROUND)
        for learner in self.learners:
            self._first_round(learner)
        self._after_first_round()
        for name in self.cast.names():
            notices.read_all(self.actor(name, self.at(-60)), ALL, self.at(-60))
        self._round(*THIS_ROUND)
        for learner in self.learners:
            self._this_round(learner)
        self._need_time()
        current_round.not_sent_yet(self)
        self._last_day()
        now = self.at(-2)
        staff_list.bring_in(self.actor(self.cast.administrator, now), self.cast, now)
        self._newcomers()
        next_version.draft(
            self.actor(self.cast.administrator, self.at(-1)), self.framework_id, self.at(-1)
        )
        releases.release_all_due(self.at(-1))

    def _found(self) -> None:
        now = self.at(-400)
        cast = self.cast
        admin = create_administrator(
            NewLibrary(cast.library, cast.time_zone),
            cast.administrator,
            email(cast.administrator),
            self.passwords.hash(cast.password),
            now,
        )
        self.ids[cast.administrator] = admin.person_id
        self.framework_id = world.framework_id(FRAMEWORK)
        self.statements = world.outline(self.framework_id)
        self.scale = world.scale(self.framework_id)
        use_statements.publish(admin, cast.texts["use_statement"], 0, now, opens_statements=True)
        role_profiles.start_from_labels(admin, self.framework_id, now)
        self._set_durable_targets(admin, now, below=1)
        left_out = self._decide(admin, now)
        self.statements = [
            statement for statement in self.statements if statement.title not in left_out
        ]

    def _set_durable_targets(self, admin: Actor, now: dt.datetime, below: int = 0) -> None:
        """The library trains for these traits too, and says why: each job expects its own rank in
        them, or as many ranks `below` it."""
        domains = world.domains_with_a_reason(self.framework_id)
        for name, profile_id in world.role_profiles(admin.library_id).items():
            rank = max(1, RANK[name.split(" / ")[0]] - below)
            role_profiles.edit(
                admin,
                profile_id,
                name,
                dict.fromkeys(domains, rank),
                now,
                self.cast.texts["targets_reason"],
            )

    def _decide(self, admin: Actor, now: dt.datetime) -> set[str]:
        """All that is sensitive is rated but what the library leaves out, whose titles are
        returned."""
        reasons = {row["title"]: row["reason"] for row in self.cast.not_rated_here}
        for each in world.sensitive(self.framework_id):
            left_out = reasons.get(each.title)
            decision = Decision.RATE if left_out is None else Decision.LEAVE_OUT
            exclusions.decide(admin, {each.id: decision}, {decision: left_out or ""}, now)
        return set(reasons)

    def _people(self) -> None:
        now = self.at(-399)
        admin = self.actor(self.cast.administrator, now)
        for name in self.cast.names():
            if name not in self.ids:
                self.ids[name], token = people.add(admin, name, email(name), now)
                invitations.accept(token, self.passwords, self.cast.password, now)
        profiles = world.role_profiles(admin.library_id)
        root = world.root_team(admin.library_id)
        team_ids = self.team_ids
        for team in self.cast.teams:
            team_id = team_ids[team.name] = teams.add(admin, root, team.name, now)
            for name in team.supervisors:
                terms = MembershipTerms(
                    team_id,
                    Role.SUPERVISOR,
                    self._day(-700),
                    job="Branch supervisor",
                    weekly_hours=37,
                )
                memberships.add(admin, self.ids[name], terms, now)
            for place, row in enumerate(team.learners):
                profile = row["profile"]
                terms = MembershipTerms(
                    team_id,
                    Role.LEARNER,
                    dt.date.fromisoformat(row["since"]),
                    role_profile_id=profiles[profile],
                    job=row["job"],
                    weekly_hours=row["hours"],
                )
                memberships.add(admin, self.ids[row["name"]], terms, now)
                rank = RANK[profile.split(" / ")[0]]
                self.learners.append(
                    DemoLearner(
                        row["name"], self.ids[row["name"]], rank, team.supervisors[0], place
                    )
                )
        for name, where in self.cast.coordinators:
            terms = MembershipTerms(
                team_ids[where] if where else root,
                Role.COORDINATOR,
                self._day(-700),
                job="Training coordinator",
            )
            memberships.add(admin, self.ids[name], terms, now)

    def _round(self, first: int, last: int) -> None:
        starts_on, ends_on = self._day(first), self._day(last)
        now = self.at(first)
        name = f"{SEASONS[starts_on.month - 1]} {starts_on.year}"
        rounds.create(
            self.actor(self.cast.administrator, now),
            name,
            [self.framework_id],
            starts_on,
            ends_on,
            now,
        )

    def _first_round(self, learner: DemoLearner) -> None:
        """All but the newest person of each team rate and are reviewed up to their target; the
        first rates all."""
        if learner.place == 10:
            return
        day = FIRST_ROUND[0] + 3 + learner.place
        actor = self.actor(learner.name, self.at(day))
        use_statement_readings.read(actor, world.use_statement(actor.library_id), self.at(day))
        near = [
            each
            for each in self.statements
            if learner.place == 0 or each.rank <= max(2, learner.rank)
        ]
        self._rate(learner, actor, near, day, later=False)
        self._record_evidence(learner, actor, day + 6)
        reviewed = [
            statement
            for statement in self.statements
            if statement.rank <= learner.rank
            and draw("leave", learner.name, statement.domain) > 0.1
        ]
        for part, chunk in enumerate(_chunks(reviewed, 40)):
            hold_review(self, learner, chunk, day + 12 + 3 * part, Stage.CLOSED)

    def _after_first_round(self) -> None:
        """It is kept as it was on its last day; then the library comes to expect more, and teams
        that stood alone come below another."""
        rounds.keep_all_due(self.at(FIRST_ROUND[1] + 1))
        releases.release_all_due(self.at(FIRST_ROUND[1] + 1))
        now = self.at(FIRST_ROUND[1] + 10)
        admin = self.actor(self.cast.administrator, now)
        self._set_durable_targets(admin, now)
        for team in self.cast.teams:
            if team.above:
                teams.edit(
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
            actor = self.actor(learner.name, self.at(-3))
            use_statement_readings.read(actor, world.use_statement(actor.library_id), self.at(-3))
            self._rate(learner, actor, self.statements[:58], -3, later=True)
            doubtful = self.statements[7].id
            version = learner.versions[doubtful]
            ratings.rate(actor, doubtful, None, version, self.at(-2), clear=True)
            return
        actor = self.actor(learner.name, self.at(day))
        rated = [statement for statement in self.statements if statement.id in learner.said]
        changed = [
            statement
            for statement in rated
            if learner.answer(statement, self.scale, later=True) != learner.said[statement.id]
        ]
        same = [
            each
            for each in self.statements
            if each not in changed and draw("again", learner.name, each.code) < 0.12
        ]
        self._rate(learner, actor, changed + same, day, later=True)
        evidence.jot(actor, pick(self.cast.texts["jots"], "jot", learner.name), self.at(day + 1))
        near = [each for each in changed if abs(each.rank - learner.rank) <= 1]
        sent = (near + [each for each in same if each not in near])[: 8 + learner.place]
        stage = STAGES[learner.place % len(STAGES)]
        if stage is not Stage.NOT_SENT and sent:
            hold_review(self, learner, sent, stage.begins, stage)

    def _need_time(self) -> None:
        """The last team's supervisor is away, and the first learner with a review under way takes
        one more week for it."""
        now = self.at(-1)
        away.leave(self.actor(self.cast.teams[-1].supervisors[0], now), self._day(8), now)
        for learner in self.learners:
            actor = self.actor(learner.name, now)
            for review in queues.mine(actor, self.today):
                if review.status is ReviewStatus.IN_REVIEW:
                    due_dates.one_more_week(actor, review.id, now)
                    return

    def _last_day(self) -> None:
        """The first team's supervisor leaves it in three weeks: the administrator is told."""
        now = self.at(-1)
        admin = self.actor(self.cast.administrator, now)
        supervisor = self.ids[self.cast.teams[0].supervisors[0]]
        membership_id = world.supervision(supervisor)
        memberships.end(admin, membership_id, self._day(21), now)

    def _newcomers(self) -> None:
        """Two have no password yet: the invitation of the first is over."""
        for name, days in zip(self.cast.texts["newcomers"], (-20, -3), strict=True):
            now = self.at(days)
            people.add(self.actor(self.cast.administrator, now), name, email(name), now)

    def _rate(
        self,
        learner: DemoLearner,
        actor: Actor,
        statements: Iterable[Outline],
        day: float,
        later: bool,
    ) -> None:
        for at, statement in enumerate(statements):
            answer = learner.answer(statement, self.scale, later)
            note = pick(
                self.cast.texts["learner_notes"], "note", learner.name, statement.code, later
            )
            saved = ratings.rate(
                actor,
                statement.id,
                answer,
                learner.versions.get(statement.id, 0),
                self.at(day + at / 140),
                reviewer_note=note if draw("noted", learner.name, statement.code) < 0.15 else None,
            )
            learner.said[statement.id] = answer
            learner.versions[statement.id] = saved.version

    def _record_evidence(self, learner: DemoLearner, actor: Actor, day: float) -> None:
        samples = self.cast.texts["evidence"]
        ahead = int(draw("evidence", learner.name) * len(samples))
        for at in range(2 + learner.place % 4):
            sample = samples[(ahead + at) % len(samples)]
            good = [
                statement.id
                for statement in self.statements
                if statement.domain in sample["domains"]
                and statement.rank <= learner.rank
                and draw("proof", learner.name, sample["title"], statement.code) < 0.25
            ]
            upload = (
                Upload(sample["file"], sample["content"].encode())
                if sample["kind"] == "file"
                else None
            )
            content = EvidenceContent(
                sample["title"], sample["text"], sample.get("url", ""), self._day(day - 20 - 7 * at)
            )
            evidence.create(
                actor,
                content,
                now=self.at(day + at / 10),
                reasons=dict.fromkeys(good[:6], sample["reason"]),
                upload=upload,
                store=self.store,
            )

    def _day(self, days: float) -> dt.date:
        return self.today + dt.timedelta(days=int(days))


def _chunks(statements: list[Outline], size: int) -> Iterable[list[Outline]]:
    """Even parts of at most `size`."""
    parts = -(-len(statements) // size)
    for part in range(parts):
        yield statements[part * len(statements) // parts : (part + 1) * len(statements) // parts]
