"""The page of a round, read from its HTML, and what was sent in one."""

import datetime as dt
import re
from collections.abc import Callable

from sqlalchemy import select

from tests.client import Client
from tests.factories.people import join
from tests.factories.ratings import rate
from tests.factories.reviews import send
from tests.factories.sides import YES
from tests.factories.world import World
from tests.teams.team.test_views import rows
from tracker.db import session, transaction
from tracker.models import Notice, Review, ReviewItem, ReviewMove
from tracker.record.workflow.rules import ItemStatus, Move, ReviewStatus

SignIn = Callable[[str], Client]
DAY = dt.timedelta(days=1)


def url(world: World, team: str = "city", rest: str = "") -> str:
    return f"/teams/{world.teams[team]}/round{rest}"


def stat(page: str, label: str) -> str:
    found = re.search(rf'stat-label">{label}</p>\s*<p class="stat-figure">(\d+)<', page)
    return found.group(1) if found else ""


def stats(page: str) -> list[str]:
    labels = ("People in the round", "Not sent", "Sent or in review", "Review finished")
    return [stat(page, label) for label in labels]


def sent(
    world: World,
    learner: str,
    status: ReviewStatus = ReviewStatus.SENT,
    *,
    to: str = "sue",
    days_ago: int = 3,
    due_in: int = 11,
    round_name: str = "city",
    skip: int = 0,
) -> int:
    item = {
        ReviewStatus.SENT: ItemStatus.WAITING,
        ReviewStatus.IN_REVIEW: ItemStatus.ANSWERED,
        ReviewStatus.CLOSED: ItemStatus.ENDORSED,
        ReviewStatus.WITHDRAWN: ItemStatus.WAITING,
    }[status]
    at = world.now - days_ago * DAY
    return send(
        world,
        learner,
        to,
        {world.statements["technical"][skip]: item},
        status=status,
        round_id=world.rounds[round_name],
        at=at,
        due_on=world.now.date() + due_in * DAY,
    )


def listed(page: str) -> dict[str, list[str]]:
    """The list of people, as a wide screen shows it."""
    table = re.split(r">Who (?:ha[sd] not finished|has sent)</caption>", page)[-1]
    table = table.partition("</table>")[0] if "</caption>" not in table else ""
    return {name: cells for name, cells in wide(table).items() if not name.startswith("Name ")}


def wide(page: str) -> dict[str, list[str]]:
    """Rows of tables, without what only a phone shows and the boxes to tick."""
    return rows(re.sub(r'<span class="[^"]*only-narrow">.*?</span>|<label>.*?</label>', "", page))


def by_supervisor(page: str) -> dict[str, list[str]]:
    return wide(page.partition("by supervisor, A to Z</caption>")[2].partition("</table>")[0])


def a_bit_of_everything(world: World) -> None:
    """Ana finished, Ben sent and waits too long, Sue is in review, Lea has only rated."""
    sent(world, "ana", ReviewStatus.CLOSED)
    sent(world, "ben", due_in=-1)
    sent(world, "sue", ReviewStatus.IN_REVIEW, to="ana")
    rate(world, "lea", world.statements["technical"][0], YES)


def crowd(world: World, count: int) -> list[int]:
    return [join(world, f"person{number:03}", "harbour") for number in range(count)]


def remind(client: Client, world: World, *names: str) -> None:
    people = ".".join(str(world.people[name]) for name in names)
    client.post(url(world, rest=f"/remind?round={world.rounds['city']}"), {"people": people})


def reminded(world: World) -> list[str]:
    session().rollback()
    names = {number: name for name, number in world.people.items()}
    found = session().scalars(
        select(Notice.person_id).where(Notice.kind == "round_reminder").order_by(Notice.id)
    )
    return [names[each] for each in found]


def _closed(world: World, review_id: int, days: int) -> None:
    with transaction() as tx:
        review = tx.get_one(Review, review_id)
        review.closed_at = review.sent_at + days * DAY


def _drop(world: World, review_id: int) -> None:
    with transaction() as tx:
        item = tx.scalars(select(ReviewItem).where(ReviewItem.review_id == review_id)).one()
        item.status = ItemStatus.DROPPED
        tx.add(
            ReviewMove(
                review_id=review_id,
                item_id=item.id,
                move=Move.DROP,
                actor_id=world.people["ben"],
                before="returned",
                after="dropped",
                moved_at=world.now,
            )
        )
