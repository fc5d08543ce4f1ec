"""Which frameworks are published."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select

from tracker.db import session
from tracker.models import Framework, ScaleAnswer, Statement
from tracker.rules.frameworks.wording import Wording


@dataclass(frozen=True, slots=True)
class Published:
    id: int
    slug: str
    version: str
    title: Wording
    lang: str
    published_at: dt.datetime
    statements: int
    occupation: Wording


def published() -> tuple[Published, ...]:
    """Every published version, by title, the newest of each framework first."""
    return versions()


def versions(slug: str | None = None) -> tuple[Published, ...]:
    statements = (
        select(func.count(Statement.id))
        .where(Statement.framework_id == Framework.id)
        .scalar_subquery()
    )
    query = select(
        Framework.id,
        Framework.slug,
        Framework.version,
        Framework.title,
        Framework.lang,
        Framework.published_at,
        statements.label("statements"),
        Framework.about["occupation"].label("occupation"),
    ).order_by(Framework.title, Framework.slug, Framework.published_at.desc(), Framework.id.desc())
    if slug is not None:
        query = query.where(Framework.slug == slug)
    return tuple(
        Published(
            id=row.id,
            slug=row.slug,
            version=row.version,
            title=row.title,
            lang=row.lang,
            published_at=row.published_at,
            statements=row.statements,
            occupation=f"{row.occupation['system']} {row.occupation['code']}"
            if row.occupation
            else "",
        )
        for row in session().execute(query)
    )


def labels_of(answer: str) -> list[tuple[str, str]]:
    """What the scales of the published frameworks call it, and in which language, each once."""
    query = (
        select(ScaleAnswer.label, Framework.lang)
        .join(Framework, Framework.id == ScaleAnswer.framework_id)
        .where(ScaleAnswer.key == answer)
        .distinct()
    )
    return sorted((row.label, row.lang) for row in session().execute(query))
