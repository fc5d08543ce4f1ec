"""Which versions of frameworks are published."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select

from tracker.db import session
from tracker.models import Framework, ScaleAnswer, Statement
from tracker.rules.frameworks.versions import VersionStatus
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
    status: VersionStatus
    occupation: Wording


OFFERED, SHOWN = (VersionStatus.OFFERED,), (VersionStatus.OFFERED, VersionStatus.HIDDEN)
"""What everybody may choose, and what those see beside who look after frameworks."""


def published(statuses: Collection[VersionStatus] = OFFERED) -> tuple[Published, ...]:
    """By title, the newest version of each framework first."""
    return versions(None, statuses)


def versions(
    slug: str | None, statuses: Collection[VersionStatus] = OFFERED
) -> tuple[Published, ...]:
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
        Framework.status,
        Framework.about["occupation"].label("occupation"),
    )
    order = (Framework.title, Framework.slug, Framework.published_at.desc(), Framework.id.desc())
    query = query.where(Framework.status.in_(statuses)).order_by(*order)
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
            status=row.status,
            occupation=f"{row.occupation['system']} {row.occupation['code']}"
            if row.occupation
            else "",
        )
        for row in session().execute(query)
    )


def labels_of(answer: str) -> list[tuple[str, str]]:
    """What the scales of the frameworks that are offered call it, and in which language, each
    once."""
    query = (
        select(ScaleAnswer.label, Framework.lang)
        .join(Framework, Framework.id == ScaleAnswer.framework_id)
        .where(ScaleAnswer.key == answer, Framework.status == VersionStatus.OFFERED)
        .distinct()
    )
    return sorted((row.label, row.lang) for row in session().execute(query))
