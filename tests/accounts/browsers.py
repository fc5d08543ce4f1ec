"""Clients of somebody who signs in, and the link that an administrator makes for them."""

import re
from collections.abc import Callable

from flask import Flask

from tests.client import Client

GOOD = "seven lamps by the door"
SignInAs = Callable[[str], Client]


def copy_of(app: Flask, client: Client) -> Client:
    """Somebody who has the other's cookie."""
    thief = Client(app)
    cookie = client.http.get_cookie("session")
    assert cookie is not None
    thief.http.set_cookie("session", cookie.value)
    return thief


def is_in(client: Client) -> bool:
    return client.get("/account").status_code == 200


def new_link(adam: Client, person_id: int) -> str:
    page = adam.post(f"/admin/people/{person_id}/link").text
    found = re.search(r'value="http://127\.0\.0\.1:8000(/welcome/[^"]+)"', page)
    assert found is not None
    return found.group(1)
