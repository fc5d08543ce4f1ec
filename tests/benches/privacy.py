"""What a reader without names works out from all pages and files, day after day, over random
worlds: by the rule, with each day judged apart, and without suppression. And how much they get: of
a group of 19, how many of 12 domains are not shown, in random worlds and for random groups of the
demo's people.

    python -m tests.benches.privacy [worlds]     the attack
    python -m tests.benches.privacy told         how much is told

With TRACKER_DEMO and TRACKER_DATA_DIR of a demo for its own figure.
"""

import datetime as dt
import itertools
import os
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from pathlib import Path

import pytest
import time_machine

from tests.client import Client
from tests.conftest import NOW, TestConfig
from tests.engines import fresh_database
from tests.factories.world import make_world
from tests.web.teams.crowds import AT, GAP
from tests.web.teams.without_names.many_days import PATHS, TEAMS, RandomLibrary
from tests.web.teams.without_names.test_attack import judge_each_by_itself, switch_off, victims
from tracker.app import create_app
from tracker.cli.database import upgrade
from tracker.queries.teams.release_facts import moments_due
from tracker.rules.frameworks.scale import Voice
from tracker.rules.profiles.levels import TargetState
from tracker.rules.teams.releases import APART, LEAST, TOLD, CountedLearner, Past, blocks, due

GROUP, WORLDS, DOMAINS, NIGHTS = 19, 100, 12, 5
START = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
IDS = {"city": "/1/", "central": "/1/2/", "bookmobile": "/1/2/3/", "harbour": "/1/4/"}
IDS["north"] = "/1/5/"


def attacked(worlds: int) -> None:
    rules = {
        "by the rule": lambda _patch: None,
        "each day apart": judge_each_by_itself,
        "without suppression": switch_off,
    }
    for name, change in rules.items():
        found = [_of_world(seed, change) for seed in range(worlds)]
        print(
            f"{name}: {sum(found)} people worked out, in {sum(map(bool, found))} of {worlds} worlds"
        )


def _of_world(seed: int, change: object) -> int:
    with (
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
        time_machine.travel(NOW, tick=False),
        fresh_database("sqlite", Path(folder)) as url,
    ):
        patch.setenv("TRACKER_DATA_DIR", folder)
        app = create_app(TestConfig(url, Path(folder)))
        with app.app_context():
            upgrade()
            world = make_world(NOW)
        change(patch)  # type: ignore[operator]

        def sign_in(email: str) -> Client:
            client = Client(app)
            client.sign_in(email)
            return client

        return len(victims(app, world, sign_in, seed))


class ToldLibrary(RandomLibrary):
    """The attacked library with 12 domains, no records, and a group of 19 at first: Central and the
    team below it. A review settles of each domain what it does there; with `coins` at target and
    below are as likely, and it comes to all domains; else each domain has a share of its own, and
    each world reviews as thoroughly as it does."""

    def __init__(self, seed: int, coins: bool) -> None:
        self.rng = random.Random(f"{seed} {coins}")
        self.teams: dict[str, str] = {}
        self.states: defaultdict[str, dict[str, tuple[TargetState, int]]] = defaultdict(dict)
        self.past: defaultdict[str, list[Past]] = defaultdict(list)
        self.paths: defaultdict[str, list[frozenset[str]]] = defaultdict(list)
        self.shares = {
            f"domain {one}": 0.5 if coins else self.rng.uniform(0.1, 0.9) for one in range(DOMAINS)
        }
        self.reach = 1 if coins else self.rng.uniform(0.5, 1)

    def begin(self, nights: int) -> None:
        below = self.rng.randint(0, GROUP)
        sizes = {team: self.rng.randint(*of) for team, of in TEAMS.items()}
        for team, size in (sizes | {"central": GROUP - below, "bookmobile": below}).items():
            for _ in range(size):
                self.join(team, START)

    def teams_of(self) -> Mapping[str, str]:
        return self.teams

    def day(self, before: int) -> dt.datetime:
        return START + dt.timedelta(days=NIGHTS - before)

    def join(self, team: str, at: dt.datetime) -> None:
        self.teams[str(len(self.teams))] = team

    def move(self, name: str, team: str, at: dt.datetime) -> None:
        self.teams[name] = team

    def review(self, name: str, at: dt.datetime) -> None:
        for domain, share in self.shares.items():
            if self.rng.random() < self.reach:
                is_known, is_at = self.rng.random() < 0.8, self.rng.random() < share
                state = (AT if is_at else GAP) if is_known else TargetState.NOT_YET_KNOWN
                _state, times = self.states[name].get(domain, (state, 0))
                self.states[name][domain] = (state, times + 1)

    def work(self, at: dt.datetime) -> None:
        nothing = dict.fromkeys(self.shares, (TargetState.NOT_YET_KNOWN, 0))
        learners = [
            CountedLearner(int(name), IDS[team], nothing | self.states[name])
            for name, team in self.teams.items()
        ]
        for each in due(learners, self.past):
            self.past[each.domain_key].append(Past(each.told, each.items))
            if each.told:
                self.paths[each.domain_key].append(each.paths)

    def why_not_shown(self) -> list[str]:
        """For each domain of which the group has no figure."""
        group = {IDS[team] for team in PATHS["central"]}
        return [self._why(each, group) for each in self.shares if not self._shown(each, group)]

    def _shown(self, domain: str, group: set[str]) -> bool:
        return any(paths <= group for paths in self.paths[domain])

    def _why(self, domain: str, group: set[str]) -> str:
        sizes = Counter(IDS[team] for team in self.teams.values())
        apart = [block for block in blocks(sizes) if block <= group]
        if not apart:
            return "counted with the team above"
        if not self._could_be_told(domain, group):
            return "all or all but one of those known are alike, or under 5 are known"
        if not any(self._could_be_told(domain, block) for block in apart):
            return "that is so in each of its teams"
        return "it was so when it was decided, and under 5 were reviewed since"

    def _could_be_told(self, domain: str, paths: Collection[str]) -> bool:
        here = [self.states[one] for one, team in self.teams.items() if IDS[team] in paths]
        states = Counter(each[domain][0] for each in here if domain in each)
        at, below = (states[side] for side in TOLD)
        return at + below >= LEAST and min(at, below) >= APART


def told_in_worlds(coins: bool) -> None:
    worlds = [ToldLibrary(seed, coins) for seed in range(WORLDS)]
    for world in worlds:
        for _night in world.run(NIGHTS):
            pass
    why = [world.why_not_shown() for world in worlds]
    what = "as many at target as below" if coins else "each domain with a share of its own"
    _print(f"{WORLDS} random worlds, {what}", [len(each) for each in why], DOMAINS)
    for reason, number in Counter(itertools.chain(*why)).most_common():
        print(f"    {number}: {reason}")


def told_in_demo() -> None:
    """As when the library hides the names today."""
    with create_app().app_context():
        moments = list(moments_due(1, dt.datetime.now(dt.UTC)))
    for by in moments[0].learners:
        everybody = sorted(one.person_id for one in moments[0].learners[by])
        missing, domains = [], 0
        for seed in range(WORLDS):
            group = set(random.Random(seed).sample(everybody, GROUP))
            past: dict[str, list[Past]] = {}
            for moment in moments:
                learners = [
                    CountedLearner(one.person_id, "/1/", one.states)
                    for one in moment.learners[by]
                    if one.person_id in group
                ]
                for each in due(learners, past):
                    past.setdefault(each.domain_key, []).append(Past(each.told, each.items))
            keys = {key for one in learners for key in one.states}
            domains = len(keys)
            missing.append(sum(not any(of.told for of in past.get(key, ())) for key in keys))
        whose = "reviews" if by.voice is Voice.ENDORSED else "self-ratings"
        what = f"{WORLDS} groups of the demo's {len(everybody)} people, {whose}"
        _print(what, missing, domains)


def _print(what: str, missing: list[int], domains: int) -> None:
    print(
        f"{what}: of {domains} domains {sum(missing) / len(missing):.2f} not shown in the mean, "
        f"{max(missing)} at most; {sum(of * 3 <= domains for of in missing)} of {len(missing)} "
        "groups lack at most a third"
    )
    print("   ", ", ".join(f"{of}: {number}" for of, number in sorted(Counter(missing).items())))


if __name__ == "__main__":
    began = time.monotonic()
    if sys.argv[1:] == ["told"]:
        for coins in (True, False):
            told_in_worlds(coins)
        if os.environ.get("TRACKER_DATA_DIR"):
            told_in_demo()
    else:
        attacked(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
    print(f"{time.monotonic() - began:.0f} s")
