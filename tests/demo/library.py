"""What every library of the demo does in its own way of the same acts: it is founded, people come,
rounds begin, and learners rate and keep evidence."""

import datetime as dt
from collections.abc import Iterable
from inspect import signature
from typing import Any

from tests.demo import lookups
from tests.demo.lookups import Outline
from tests.demo.people import Cast, DemoLearner, Scene, draw, email, pick
from tracker.accounts.account import actions as account_actions
from tracker.accounts.links import actions as links_actions
from tracker.accounts.sign_in.rules import Passwords
from tracker.administration.exclusions import actions as exclusions_actions
from tracker.administration.library import actions as library_actions
from tracker.administration.library.actions import NewLibrary, create_administrator
from tracker.administration.memberships import actions as memberships_actions
from tracker.administration.people import actions as people_actions
from tracker.administration.role_profiles import actions as role_profiles_actions
from tracker.administration.rounds import actions as rounds_actions
from tracker.administration.teams import actions as teams_actions
from tracker.administration.use_statements import actions as use_statements_actions
from tracker.assessment.ratings.actions import RatingToSave
from tracker.db import session
from tracker.evidence.files.rules import FileStore, Upload
from tracker.evidence.pieces import actions as pieces_actions
from tracker.evidence.pieces.rules import EvidenceContent
from tracker.frameworks.versions.rules import Decision
from tracker.models import Library
from tracker.notifications.notices import actions as notices_actions
from tracker.policy.permissions import Actor
from tracker.rules.core.memberships import MembershipTerms
from tracker.rules.roles import Role
from tracker.today.demo.actions import season

FRAMEWORK = "library-technicians"
RANK = {"Entry": 1, "Mid-level": 2, "Senior": 3, "Lead": 4}
FIRST_ROUND = (-200, -150)
THIS_ROUND = (-45, 17)
ALL = 2**31 - 1
"""An id that is after all others."""


class LibraryStory(Scene):
    """Tell it once for each library, the first in an empty installation."""

    def __init__(self, cast: Cast, today: dt.date, store: FileStore) -> None:
        super().__init__(cast, today)
        self.store = store
        self.passwords = Passwords(time_cost=1, memory_cost=8 * 1024, parallelism=1)
        self.learners: list[DemoLearner] = []
        self.team_ids: dict[str, int] = {}
        self.statements: list[Outline] = []
        self.framework_id = 0

    def _found(self, below: int) -> None:
        """In durable skills, targets are so many ranks `below` those of the job at first."""
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
        self.framework_id = lookups.framework_id(FRAMEWORK)
        self.statements = lookups.outline(self.framework_id)
        self.scale = lookups.scale(self.framework_id)
        by_name = cast.coordinators_read_names
        use_statements_actions.publish(
            admin, cast.texts["use_statement"], 0, now, opens_statements=by_name
        )
        if not by_name:
            self._hide_names(admin, now)
        role_profiles_actions.start_from_labels(admin, self.framework_id, now)
        self._set_durable_targets(admin, now, below)
        left_out = self._decide(admin, now)
        self.statements = [
            statement for statement in self.statements if statement.title not in left_out
        ]

    def _hide_names(self, admin: Actor, now: dt.datetime) -> None:
        """Coordinators read counts alone; everything else stays as a new library has it."""
        library = session().get_one(Library, admin.library_id)
        names = set(signature(library_actions.edit).parameters) - {"actor", "now"}
        settings = {name: getattr(library, name) for name in names}
        library_actions.edit(admin, **settings | {"names_to_coordinators": False}, now=now)

    def _set_durable_targets(self, admin: Actor, now: dt.datetime, below: int = 0) -> None:
        """The library trains for these traits too, and says why: each job expects its own rank in
        them, or as many ranks `below` it."""
        domains = lookups.domains_with_a_reason(self.framework_id)
        for name, profile_id in lookups.role_profiles(admin.library_id).items():
            rank = max(1, _rank(name) - below)
            role_profiles_actions.edit(
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
        for each in lookups.sensitive(self.framework_id):
            left_out = reasons.get(each.title)
            decision = Decision.RATE if left_out is None else Decision.LEAVE_OUT
            exclusions_actions.decide(admin, {each.id: decision}, {decision: left_out or ""}, now)
        return set(reasons)

    def _people(self, nested: bool) -> None:
        """Teams stand below another from the first day where they are `nested`."""
        now = self.at(-399)
        admin = self.actor(self.cast.administrator, now)
        for name in self.cast.names():
            if name not in self.ids:
                self.ids[name], token = people_actions.add(admin, name, email(name), now)
                links_actions.accept(token, self.passwords, self.cast.password, now)
        root = lookups.root_team(admin.library_id)
        team_ids = self.team_ids
        for team in self.cast.teams:
            above = team_ids[team.above] if nested and team.above else root
            team_id = team_ids[team.name] = teams_actions.add(admin, above, team.name, now)
            for name in team.supervisors:
                terms = MembershipTerms(
                    team_id,
                    Role.SUPERVISOR,
                    self._day(-700),
                    job="Branch supervisor",
                    weekly_hours=37,
                )
                memberships_actions.add(admin, self.ids[name], terms, now)
            for place, row in enumerate(team.learners):
                self._employ(admin, row["name"], team_id, row, now)
                self.learners.append(
                    DemoLearner(
                        row["name"],
                        self.ids[row["name"]],
                        _rank(row["profile"]),
                        team_id,
                        team.supervisors[0],
                        place,
                    )
                )
        for second_job in self.cast.second_jobs():
            self._employ(admin, second_job["name"], team_ids[second_job["team"]], second_job, now)
        for name, where in self.cast.coordinators:
            terms = MembershipTerms(
                team_ids[where] if where else root,
                Role.COORDINATOR,
                self._day(-700),
                job="Training coordinator",
            )
            memberships_actions.add(admin, self.ids[name], terms, now)

    def _employ(
        self, admin: Actor, name: str, team_id: int, job: dict[str, Any], now: dt.datetime
    ) -> None:
        terms = MembershipTerms(
            team_id,
            Role.LEARNER,
            dt.date.fromisoformat(job["since"]),
            role_profile_id=lookups.role_profiles(admin.library_id)[job["profile"]],
            job=job["job"],
            weekly_hours=job["hours"],
        )
        memberships_actions.add(admin, self.ids[name], terms, now)

    def _round(self, first: int, last: int, figures: int | None = None) -> None:
        starts_on, ends_on = self._day(first), self._day(last)
        now = self.at(first)
        rounds_actions.create(
            self.actor(self.cast.administrator, now),
            season(starts_on),
            [self.framework_id],
            starts_on,
            ends_on,
            now,
            figures_on=self._day(figures) if figures is not None else None,
        )

    def _begin(self, learner: DemoLearner, day: float) -> Actor:
        """They have read how ratings are used."""
        actor = self.actor(learner.name, self.at(day))
        account_actions.read_use_statement(
            actor, lookups.use_statement(actor.library_id), self.at(day)
        )
        return actor

    def _read_notices(self) -> None:
        """Everybody has, before this round."""
        now = self.at(-60)
        for name in self.cast.names():
            notices_actions.read_all(self.actor(name, now), ALL, now)

    def _to_save(self, learner: DemoLearner, statement: Outline, later: bool) -> RatingToSave:
        """What they say of it now, some with a note for the reviewer."""
        texts, key = self.cast.texts["learner_notes"], (learner.name, statement.code)
        note = pick(texts, "note", *key, later)
        return RatingToSave(
            statement.id,
            learner.answer(statement, self.scale, later),
            learner.versions.get(statement.id, 0),
            {"reviewer_note": note} if draw("noted", *key) < 0.15 else {},
        )

    def _to_rate_again(self, learner: DemoLearner) -> tuple[list[Outline], list[Outline]]:
        """What they say something else of by now, and some of the rest."""
        changed = [
            statement
            for statement in self.statements
            if statement.id in learner.said
            and learner.answer(statement, self.scale, later=True) != learner.said[statement.id]
        ]
        same = [
            statement
            for statement in self.statements
            if statement not in changed and draw("again", learner.name, statement.code) < 0.12
        ]
        return changed, same

    def _to_review(self, learner: DemoLearner) -> list[Outline]:
        """Up to their target, but for a domain here and there."""
        return [
            statement
            for statement in self.statements
            if statement.rank <= learner.rank
            and draw("leave", learner.name, statement.domain) > 0.1
        ]

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
            pieces_actions.create_each(
                actor,
                content,
                [upload] if upload else [],
                now=self.at(day + at / 10),
                reasons=dict.fromkeys(good[:6], sample["reason"]),
                store=self.store,
            )

    def _day(self, days: float) -> dt.date:
        return self.today + dt.timedelta(days=int(days))


def _rank(profile: str) -> int:
    return RANK[profile.split(" / ", maxsplit=1)[0]]


def chunks(statements: list[Outline], size: int) -> Iterable[list[Outline]]:
    """Even parts of at most `size`."""
    parts = -(-len(statements) // size)
    for part in range(parts):
        yield statements[part * len(statements) // parts : (part + 1) * len(statements) // parts]
