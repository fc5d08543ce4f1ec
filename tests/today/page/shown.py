"""What Today says, and what gives it something to say."""

import datetime as dt
import re
from collections.abc import Callable

from tests.client import Client
from tests.factories.reviews import send
from tests.factories.world import World
from tracker.record.workflow.rules import ItemStatus, ReviewStatus

SignIn = Callable[[str], Client]


def words(html: str) -> str:
    """What the page says, from its heading on."""
    main = html.partition("<h1>")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def today(sign_in: SignIn, name: str) -> str:
    response = sign_in(World.email(name)).get("/")
    assert response.status_code == 200
    return words(response.text)


def first(html: str) -> str:
    """What is put first."""
    assert html.count("is-next") == 1
    return words("<h1>" + html.partition('next-step">')[2].partition("</section>")[0])


def differs(world: World, learner: str, reviewer: str, days_left: int) -> None:
    send(
        world,
        learner,
        reviewer,
        {world.statements["technical"][0]: ItemStatus.DIFFERS},
        status=ReviewStatus.DIFFERENCES_OPEN,
        at=world.now - dt.timedelta(days=14 - days_left),
        team="central" if reviewer == "sue" else "bookmobile",
    )
