"""Taking a framework file in: as a draft, once, and never over a published version."""

from collections.abc import Callable
from dataclasses import astuple, replace

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.conftest import NOW
from tests.factories.frameworks import first_version
from tracker.db import db, session, transaction
from tracker.frameworks.changes.rules import Kind
from tracker.frameworks.drafts import actions as drafts_actions
from tracker.frameworks.drafts.actions import ImportedFramework, import_framework
from tracker.frameworks.drafts.queries import drafted
from tracker.frameworks.files.rules import FrameworkFile, StatementInFile
from tracker.models import (
    Anchor,
    AuditEvent,
    Citation,
    Domain,
    Framework,
    Level,
    ScaleAnswer,
    SkillOrigin,
    Source,
    Statement,
)
from tracker.rules.errors import Conflict

UNKNOWN = "11111111-1111-4111-8111-111111111111"


def test_all_of_the_file_is_there(app: Flask, file: FrameworkFile) -> None:
    with app.app_context():
        first_version(file, NOW)
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
        first_version(file, NOW)
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


def test_a_first_version_is_a_draft_until_it_is_published(app: Flask, file: FrameworkFile) -> None:
    with app.app_context():
        made = import_framework(file, NOW)
        assert made.draft_id is not None
        assert made == ImportedFramework(None, added=True, draft_id=made.draft_id)
        assert import_framework(file, NOW) == replace(made, added=False)
        assert session().scalars(select(Framework.id)).all() == [], "it is nobody's framework"
        other = import_framework(replace(file, title="Another title"), NOW)
        assert other == replace(made, replaced=file.version), "the same draft, with other content"
        found = drafted(made.draft_id)
        assert found is not None
        kinds = {change.kind for change in found.comparison.changes}
        assert (found.after.title, kinds) == ("Another title", {Kind.NEW})
        done = drafts_actions.publish(None, made.draft_id, NOW, found.seen)
        titles = session().execute(select(Framework.id, Framework.title)).all()
        assert titles == [(done.framework_id, "Another title")]
        with pytest.raises(Conflict, match="draft_ended"):
            drafts_actions.publish(None, made.draft_id, NOW)


def without_a_level(file: FrameworkFile) -> FrameworkFile:
    """Nothing is listed at its second level."""
    strand = file.strands[0]
    domain = strand.domains[0]
    rest = tuple(statement for statement in domain.statements if statement.rank != 2)
    return with_statements(file, rest)


def with_a_title_twice(file: FrameworkFile) -> FrameworkFile:
    first, second, *rest = file.strands[0].domains[0].statements
    return with_statements(file, (first, replace(second, title=first.title), *rest))


def with_statements(file: FrameworkFile, statements: tuple[StatementInFile, ...]) -> FrameworkFile:
    """In its first domain."""
    strand = file.strands[0]
    domain = replace(strand.domains[0], statements=statements)
    strand = replace(strand, domains=(domain, *strand.domains[1:]))
    return replace(file, strands=(strand, *file.strands[1:]))


@pytest.mark.parametrize("wrong", [without_a_level, with_a_title_twice])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_first_version_is_checked_as_a_later_one_is(
    app: Flask, file: FrameworkFile, wrong: Callable[[FrameworkFile], FrameworkFile], is_first: bool
) -> None:
    with app.app_context():
        if not is_first:
            first_version(file, NOW)
        made = import_framework(replace(wrong(file), version="27.01"), NOW)
        assert made.draft_id is not None
        with pytest.raises(Conflict, match="draft_unfit"):
            drafts_actions.publish(None, made.draft_id, NOW)
        mended = import_framework(replace(file, version="27.01"), NOW)
        assert mended.draft_id == made.draft_id
        assert drafts_actions.publish(None, made.draft_id, NOW).version == "27.01"


def test_what_a_first_version_says_it_came_from_is_nothing_here(
    app: Flask, file: FrameworkFile
) -> None:
    """It may be the tenth of its publisher: its statements begin as new ones."""
    first, *rest = file.strands[0].domains[0].statements
    of_others = with_statements(file, (replace(first, came_from=(UNKNOWN,)), *rest))
    with app.app_context():
        first_version(of_others, NOW)
        assert session().scalars(select(SkillOrigin)).all() == []
        again = with_statements(of_others, (replace(first, came_from=(UNKNOWN,)), *rest))
        with pytest.raises(Conflict, match="framework_origin_unknown"):
            import_framework(replace(again, version="27.01"), NOW)


def test_the_same_file_again_changes_nothing(app: Flask, file: FrameworkFile) -> None:
    with app.app_context():
        framework_id = first_version(file, NOW)
        assert import_framework(file, NOW) == ImportedFramework(framework_id, added=False)
        assert db.session.scalar(select(func.count()).select_from(Statement)) == 137


def test_the_sources_of_a_published_version_can_move(app: Flask, file: FrameworkFile) -> None:
    """Also of a version whose digest counts the addresses, as it did before."""
    there = replace(file, sources=tuple(replace(source, url=None) for source in file.sources))
    with app.app_context():
        framework_id = first_version(there, NOW)
        with transaction() as tx:
            tx.get_one(Framework, framework_id).digest = "0" * 64
        moved = import_framework(file, NOW)
        assert (moved.added, moved.moved) == (False, ("skillscrosswalk", "ler", "safi"))
        addresses = dict(db.session.execute(select(Source.key, Source.url)).all())
        assert addresses == {source.key: source.url for source in file.sources}
        assert import_framework(file, NOW).moved == ()
        kinds = db.session.scalars(select(AuditEvent.kind).order_by(AuditEvent.sequence)).all()
        assert kinds[1:] == ["framework_imported", "framework_sources_moved"]


def test_a_published_version_is_not_changed(app: Flask, file: FrameworkFile) -> None:
    with app.app_context():
        first_version(file, NOW)
        with pytest.raises(Conflict, match="framework_version_differs"):
            import_framework(replace(file, title="Another title"), NOW)
        assert db.session.scalars(select(Framework.title)).all() == [file.title]
        assert import_framework(replace(file, title="Another title", version="27.01"), NOW).added
