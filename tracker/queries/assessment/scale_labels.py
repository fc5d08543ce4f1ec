"""The answers of a framework's scale as they are shown."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from tracker.db import session
from tracker.models import ScaleAnswer
from tracker.rules.frameworks.scale import UNGRADED, Meaning, Scale
from tracker.rules.frameworks.wording import Wording
from tracker.rules.record.versions import ScaleLabel


def scale_labels(rows: Iterable[Any]) -> tuple[ScaleLabel, ...]:
    """Of rows (key, label, words, reviewer_description, counts_as) in the order of the scale."""
    found: list[ScaleLabel] = []
    for row in rows:
        step = 0 if row.key in UNGRADED else 1 + sum(each.step > 0 for each in found)
        found.append(
            ScaleLabel(
                row.key,
                row.label,
                row.words,
                row.reviewer_description,
                Meaning(row.counts_as),
                step,
            )
        )
    return tuple(found)


def labelled(framework_id: int) -> tuple[Scale, dict[str, Wording]]:
    """The scale, and the label of each of its answers. One query."""
    rows = (
        session()
        .execute(
            select(ScaleAnswer.key, ScaleAnswer.label, ScaleAnswer.counts_as)
            .where(ScaleAnswer.framework_id == framework_id)
            .order_by(ScaleAnswer.position)
        )
        .all()
    )
    scale = Scale.of((row.key, row.counts_as) for row in rows)
    return scale, {row.key: row.label for row in rows}
