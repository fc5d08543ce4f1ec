"""The operator's page says how the installation is doing."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from tests.client import Client
from tests.conftest import NOW
from tests.factories.world import World
from tracker.services.administration.operators import set_operator


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
    backup = tmp_path / "tracker.tar"
    backup.touch()
    os.utime(backup, (NOW.timestamp(),) * 2)
    assert "None in the usual folder" not in operator.get("/system").text
