"""Search: what each kind of person finds, and nothing else."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.client import Client
from tests.conftest import Queries
from tests.factories.evidence import piece
from tests.factories.sending import NO, YES, send
from tests.factories.world import World

SignIn = Callable[[str], Client]


def found(client: Client, words: str, only: str = "") -> list[str]:
    """The addresses that are found, but for the way to more."""
    page = client.get(f"/search?q={words}&only={only}").text
    part = page.partition("data-found")[2].partition("</main>")[0]
    return [each.partition('"')[0] for each in part.split('class="found-line" href="')[1:]]


def test_it(app: Flask, world: World, sign_in: SignIn) -> None:
    ana = sign_in(world.email("ana"))
    page = ana.get("/search?q=account")
    print(page.text)
    assert 0
