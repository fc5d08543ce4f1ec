"""What a reader without names works out from all pages and files, day after day, over random
worlds: by the rule, with each day judged apart, and without suppression. And how much they get: for
random groups of 19 of the demo's people, how many domains are told.

    python -m tests.benches.privacy [worlds]

With TRACKER_DATA_DIR of a demo for the second.
"""

import datetime as dt
import os
import random
import sys
import tempfile
import time
from pathlib import Path

import pytest
import time_machine
from flask_migrate import upgrade

from tests.client import Client
from tests.conftest import NOW, TestConfig
from tests.engines import fresh_database
from tests.factories.world import make_world
from tests.web.teams.without_names.test_attack import judge_each_by_itself, switch_off, victims
from tracker.app import create_app
from tracker.queries.teams.release_facts import moments_due
from tracker.rules.teams.releases import CountedLearner, Past, due

GROUP, GROUPS = 19, 100


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


def told() -> None:
    """As when the library hides the names today."""
    with create_app().app_context():
        moments = list(moments_due(1, dt.datetime.now(dt.UTC)))
    (slug,) = {slug for moment in moments for slug in moment.learners}
    everybody = sorted(one.person_id for one in moments[0].learners[slug])
    missing, domains = [], 0
    for seed in range(GROUPS):
        group = set(random.Random(seed).sample(everybody, GROUP))
        past: dict[str, list[Past]] = {}
        for moment in moments:
            learners = [
                CountedLearner(one.person_id, "/1/", one.states)
                for one in moment.learners[slug]
                if one.person_id in group
            ]
            for each in due(learners, past):
                past.setdefault(each.domain_key, []).append(Past(each.told, each.items))
        keys = {key for one in learners for key in one.states}
        domains = len(keys)
        missing.append(sum(not any(of.told for of in past.get(key, ())) for key in keys))
    print(
        f"{GROUPS} groups of {GROUP} of the demo's {len(everybody)} people: of {domains} domains "
        f"{sum(missing) / GROUPS:.2f} not shown in the mean, {max(missing)} at most"
    )


if __name__ == "__main__":
    began = time.monotonic()
    if os.environ.get("TRACKER_DATA_DIR"):
        told()
    attacked(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
    print(f"{time.monotonic() - began:.0f} s")
