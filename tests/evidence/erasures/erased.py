"""A piece of evidence with a card number in every place, and where any of it is left."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.client import Client
from tests.evidence.canary import ADDRESS, CARD, FILE, files_with_it, holds, tables_with_it
from tests.factories.world import World
from tests.pdf import words
from tracker.db import db, session
from tracker.models import Evidence

SignIn = Callable[[str], Client]
KEYS = iter(f"{number:022d}" for number in range(10**6))


def send_form(client: Client, url: str, **data: object) -> str:
    """Send a form with a key, as every page does. Where it led."""
    answered = client.post(url, {"form_key": next(KEYS), **data})
    assert answered.status_code == 303, answered.text
    return str(answered.location)


def newest() -> int:
    session().rollback()
    found = session().scalar(select(func.max(Evidence.id)))
    assert found is not None
    return found


def recorded(app: Flask, world: World, ana: Client) -> int:
    """Ana records it with a file, and says of two statements why it counts; rates them with a note
    for the reviewer. The id of the piece."""
    one, two = world.statements["communication"][:2]
    send_form(
        ana,
        "/evidence",
        title=f"Registered {CARD}",
        text=f"She lives at {ADDRESS}",
        file=(io.BytesIO(FILE), f"form {CARD}.txt"),
        statement=[one, two],
        **{f"reason-{one}": f"Found {ADDRESS}", f"reason-{two}": f"Typed in {CARD}"},
    )
    for statement_id in (one, two):
        send_form(
            ana,
            f"/statements/{statement_id}/rating",
            answer="consistently",
            base_version="0",
            reviewer_note=f"See {ADDRESS}",
        )
    with app.app_context():
        made = newest()
    for act in ("archive", "bring-back"):
        send_form(ana, f"/evidence/{made}/{act}")
    return made


def stored(app: Flask) -> list[Path]:
    return [path for path in app.config["FILES"].rglob("*") if path.is_file()]


def in_database(app: Flask) -> set[str]:
    with app.app_context():
        db.session.remove()
        return tables_with_it(db.engine)


def on_disk(app: Flask) -> set[str]:
    return files_with_it(app.config["DATA_DIR"], app.config["FILES"])


def replace_and_erase(ana: Client, piece_id: int, version: int = 1) -> str:
    return send_form(
        ana,
        f"/evidence/{piece_id}/edit",
        title="Registered a patron",
        text="With all that the form asks for",
        drop_file="y",
        version=version,
        do="erase",
        reason="names_patron",
    )


def erase_all(ana: Client, piece_id: int) -> str:
    return send_form(ana, f"/evidence/{piece_id}/erase", reason="names_patron")


ACTS: dict[str, Callable[[Client, int], str]] = {"replaced": replace_and_erase, "all": erase_all}
EXPORTS = {"/profile.csv", "/profile.json", "/profile.pdf"}
EITHER = ["replaced", pytest.param("all", marks=pytest.mark.reads_at_length)]


def said_in(answered: TestResponse) -> bytes:
    return words(answered).encode() if answered.mimetype == "application/pdf" else answered.data


def with_it(found: dict[str, bytes]) -> set[str]:
    return {address for address, content in found.items() if holds(content)}
