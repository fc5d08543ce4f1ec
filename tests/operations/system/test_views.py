"""The operator's page says how the installation is doing."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from tests.client import Client
from tests.conftest import NOW
from tests.factories.tried import kept_backup
from tests.factories.world import World
from tracker.administration.library.actions import set_operator


def test_it_says_how_the_installation_is_doing(
    app: Flask,
    world: World,
    sign_in: Callable[[str], Client],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setitem(app.config, "BACKUP_DIR", tmp_path)
    with app.app_context():
        set_operator(world.email("adam"), True, NOW)
    operator = sign_in(world.email("adam"))
    page = operator.get("/system").text
    assert "None in the usual folder. Backups kept elsewhere don’t count here." in page
    assert "Nothing waits." in page
    for name, more, said in (
        ("a.tar", {}, "It passed its test."),
        ("b.tar", {"findings": "guard_missing x"}, "It has faults. Keep the older ones."),
        ("c.tar", {"is_tested": False}, "it was not tested."),
    ):
        with app.app_context():
            kept_backup(tmp_path, name, NOW + dt.timedelta(minutes=ord(name[0])), **more)  # type: ignore[arg-type]
        page = operator.get("/system").text
        assert "None in the usual folder" not in page
        assert said in page
        assert ("Newest that passed its test" in page) == (name != "a.tar")
