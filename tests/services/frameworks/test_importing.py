"""Taking a framework file in: once, and never over a published version."""

from dataclasses import astuple, replace

import pytest
from flask import Flask
from sqlalchemy import func, select

from config import ROOT
from tests.conftest import NOW
from tracker.db import db, transaction
from tracker.models import (
    Anchor,
    AuditEvent,
    Citation,
    Domain,
    Framework,
    Level,
    ScaleAnswer,
    Source,
    Statement,
)
from tracker.rules.errors import Conflict
from tracker.rules.frameworks.file_content import FrameworkFile
from tracker.rules.frameworks.files import read_framework
from tracker.services.frameworks.importing import ImportedFramework, import_framework

PATH = ROOT / "seed_data" / "frameworks" / "library-technicians.json"


@pytest.fixture(scope="session")
def file() -> FrameworkFile:
    return read_framework(PATH.read_text(encoding="utf-8"))


def test_all_of_the_file_is_there(app: Flask, file: FrameworkFile) -> None:
    with app.app_context():
        import_framework(file, NOW)
        counts = {
            table.__tablename__: db.session.scalar(select(func.count()).select_from(table))
            for table in (Framework, ScaleAnswer, Level, Domain, Statement, Anchor)
        }
        assert counts == {
            "frameworks": 1,
            "scale_answers": 5,
            "levels": 12,
            "domains": 12,
            "statements": 137,
            "anchors": 47,
        }
        cited = db.session.execute(
            select(Statement.code, Source.key)
            .join(Citation, Citation.statement_id == Statement.id)
            .join(Source, Source.id == Citation.source_id)
            .order_by(Statement.position, Citation.position)
        ).all()
    assert [(code, key) for code, key in cited] == [
        (statement.code, key)
        for strand in file.strands
        for domain in strand.domains
        for statement in domain.statements
        for key in statement.citations
    ]


def test_the_scale_is_there_as_the_file_has_it(app: Flask, file: FrameworkFile) -> None:
    with app.app_context():
        import_framework(file, NOW)
        answers = db.session.execute(
            select(
                ScaleAnswer.key,
                ScaleAnswer.label,
                ScaleAnswer.description,
                ScaleAnswer.counts_as,
                ScaleAnswer.reviewer_description,
            ).order_by(ScaleAnswer.position)
        ).all()
    assert [tuple(answer) for answer in answers] == [astuple(answer) for answer in file.scale]
    assert answers[2].reviewer_description == "Whenever it comes up."


def test_the_same_file_again_changes_nothing(app: Flask, file: FrameworkFile) -> None:
    with app.app_context():
        first = import_framework(file, NOW)
        again = import_framework(file, NOW)
        assert (first.added, again) == (True, ImportedFramework(first.framework_id, added=False))
        assert db.session.scalar(select(func.count()).select_from(Statement)) == 137


def test_the_sources_of_a_published_version_can_move(app: Flask, file: FrameworkFile) -> None:
    """Also of a version whose digest counts the addresses, as it did before."""
    there = replace(file, sources=tuple(replace(each, url=None) for each in file.sources))
    with app.app_context():
        first = import_framework(there, NOW)
        with transaction() as tx:
            tx.get_one(Framework, first.framework_id).digest = "0" * 64
        moved = import_framework(file, NOW)
        assert (moved.added, moved.moved) == (False, ("skillscrosswalk", "ler", "safi"))
        addresses = dict(db.session.execute(select(Source.key, Source.url)).all())
        assert addresses == {each.key: each.url for each in file.sources}
        assert import_framework(file, NOW).moved == ()
        kinds = db.session.scalars(select(AuditEvent.kind).order_by(AuditEvent.sequence)).all()
        assert kinds == ["framework_imported", "framework_sources_moved"]


def test_a_published_version_is_not_changed(app: Flask, file: FrameworkFile) -> None:
    with app.app_context():
        import_framework(file, NOW)
        with pytest.raises(Conflict, match="framework_version_differs"):
            import_framework(replace(file, title="Another title"), NOW)
        assert db.session.scalars(select(Framework.title)).all() == [file.title]
        assert import_framework(replace(file, title="Another title", version="27.01"), NOW).added
