"""Lists stay small: with more people a page asks no more of the database and gets no longer."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.client import Client
from tests.conftest import Queries
from tests.factories.people import join
from tests.factories.world import World
from tracker.db import transaction
from tracker.models import Person
from tracker.rules.pagination import PAGE
from tracker.rules.roles import Role

SignIn = Callable[[str], Client]
PAGES = {
    "adam": (
        "/admin/people",
        "/admin/teams/{central}",
        "/admin/audit?search=nobody",
        "/admin/access",
        "/people/{ana}/open-work",
        "/admin/people/invitations",
    ),
    "sue": ("/teams/{central}",),
    "cora": ("/", "/teams", "/teams/{city}/handover", "/teams/{city}/round"),
}
SLACK = 1.02
"""Counts get a digit longer."""


@pytest.mark.in_ci
def test_more_people_make_no_page_longer(
    app: Flask, world: World, sign_in: SignIn, count_sql: Queries
) -> None:
    clients = {name: sign_in(world.email(name)) for name in PAGES}

    def looked_at() -> dict[str, tuple[int, int]]:
        found = {}
        for name, pages in PAGES.items():
            for page in pages:
                path = page.format(**world.teams, **world.people)
                clients[name].get(path)
                count_sql.clear()
                answer = clients[name].get(path)
                assert answer.status_code == 200, path
                found[page] = (len(answer.data), len(count_sql))
        return found

    with app.app_context():
        crowd(world, "first", 2 * PAGE + 4)
    before = looked_at()
    with app.app_context():
        crowd(world, "second", 2 * PAGE)
    after = looked_at()
    longer = {
        page: (before[page], after[page])
        for page in before
        if after[page][0] > SLACK * before[page][0] or after[page][1] > before[page][1]
    }
    assert longer == {}


def crowd(world: World, name: str, count: int) -> None:
    """That many learners without a supervisor of their own, every other of them supervises too,
    and has no password yet."""
    for number in range(count):
        person_id = join(world, f"{name} {number}", "central")
        if number % 2:
            join(world, f"{name} {number}", "harbour", Role.SUPERVISOR)
            with transaction() as tx:
                tx.get_one(Person, person_id).password_hash = None
