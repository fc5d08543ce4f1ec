"""What a library does with a framework: what it leaves out, its rounds, and domains of any size."""

import datetime as dt

from tests.factories.world import World, add
from tracker.db import transaction
from tracker.models import Citation, NotRatedHere, Round, RoundFramework, Source, Statement


def leave_out(world: World, statement_id: int, reason: str, library: str = "city") -> None:
    """Mark a statement *not rated here*."""
    with transaction() as tx:
        tx.add(
            NotRatedHere(
                library_id=world.libraries[library],
                statement_id=statement_id,
                reason=reason,
                set_at=world.now,
                set_by_id=world.people["adam"],
            )
        )


def open_round(
    world: World, name: str, starts_on: dt.date, ends_on: dt.date, library: str = "city"
) -> int:
    with transaction() as tx:
        world.rounds[name] = add(
            tx,
            Round(
                library_id=world.libraries[library], name=name, starts_on=starts_on, ends_on=ends_on
            ),
        )
        tx.add(RoundFramework(round_id=world.rounds[name], framework_id=world.framework_id))
    return world.rounds[name]


def grow(world: World, domain: str, count: int) -> None:
    """Add statements to a domain, spread over its four levels, until it has `count`."""
    with transaction() as tx:
        for number in range(len(world.statements[domain]) + 1, count + 1):
            world.statements[domain].append(
                add(
                    tx,
                    Statement(
                        framework_id=world.framework_id,
                        domain_id=world.domains[domain],
                        rank=number % 4 + 1,
                        uuid=f"00000000-0000-0000-0001-{number:012}",
                        code=f"MORE-{number:03}",
                        position=1000 + number,
                        title=f"More {number}",
                        text="does one more thing",
                    ),
                )
            )


def cite(world: World, statement_id: int, *labels: str) -> None:
    """Citation chips of a statement, in order."""
    with transaction() as tx:
        for position, label in enumerate(labels):
            key = label.lower().replace(" ", "-")
            source_id = tx.query(Source.id).filter_by(
                framework_id=world.framework_id, key=key
            ).scalar() or add(
                tx,
                Source(
                    framework_id=world.framework_id,
                    key=key,
                    label=label,
                    name=f"{label} in full",
                    position=position,
                ),
            )
            add(tx, Citation(statement_id=statement_id, source_id=source_id, position=position))
