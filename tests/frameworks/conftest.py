"""Somebody who looks after frameworks, and the one that comes with the program, published."""

from collections.abc import Callable

import pytest
from flask import Flask

from config import ROOT
from tests.client import Client
from tests.conftest import NOW
from tests.factories.frameworks import first_version
from tests.factories.world import World
from tests.frameworks.next_files import seed
from tracker.administration.library.actions import set_framework_editor
from tracker.frameworks.files.rules import FrameworkFile
from tracker.frameworks.files.rules_reading import read_framework

PATH = ROOT / "seed_data" / "frameworks" / "library-technicians.json"


@pytest.fixture
def editor(app: Flask, world: World, sign_in: Callable[[str], Client]) -> Client:
    """Ana, a learner whom an operator let edit frameworks."""
    with app.app_context():
        first_version(seed(), NOW)
        set_framework_editor(None, world.email("ana"), True, NOW)
    return sign_in(world.email("ana"))


@pytest.fixture(scope="session")
def file() -> FrameworkFile:
    return read_framework(PATH.read_text(encoding="utf-8"))


@pytest.fixture
def published(app: Flask, file: FrameworkFile) -> FrameworkFile:
    with app.app_context():
        first_version(file, NOW)
    return file
