"""Two worlds that somebody must not be able to tell from one another: made the same but for what is
hidden from them, crawled to every address that there is, and compared byte by byte."""

import itertools
import re
from typing import Any

from flask import Flask, url_for
from werkzeug.test import TestResponse

from tests.client import Client, links
from tests.factories.mail_servers import mail_server
from tests.factories.notices import deliver, text
from tests.factories.world import World
from tests.reviews.test_views_blindness import Fetched, SignIn, fetch, of_another_statement, reader

Pages = dict[str, Fetched]
NOT_THEIRS = {"static", "invitations.show", "health.alive", "accounts.sign_in"}
"""Public, or somebody's own secret address."""
PAGES_MOST = 500
SEARCHES = tuple(
    f"/search?q={words}"
    for words in ("ana", "sue", "communication", "central", "drop-in", "other", "review", "anna")
)


class QuickClient(Client):
    """Other tests inspect these pages: here they are compared, by the thousand."""

    def get(self, url: str, **options: Any) -> TestResponse:
        return self.http.get(url, **options)


def addresses(app: Flask, world: World, reviews: int) -> list[str]:
    """Every address of every GET endpoint, with every id that could be there: of so many reviews,
    and items twice as many."""
    few = list(range(1, reviews + 1))
    ids: dict[str, list[object]] = {
        "person_id": [world.people["ana"]],
        "team_id": [world.teams["central"], world.teams["city"]],
        "statement_id": [*world.statements["communication"][:3]],
        "domain_id": [world.domains["communication"]],
        "rank": [1, 2],
        "role_profile_id": [world.role_profiles["city"]],
        "round_id": [world.rounds["city"]],
        "slug": ["small"],
        "framework": ["small"],
        "strand": ["durable"],
        "domain": ["communication", "leadership"],
        "review_id": [*few],
        "endorsement_id": [*few],
        "item_id": list(range(1, 2 * reviews + 1)),
        "token": ["no-such-link"],
    }
    with app.test_request_context():
        return [
            *SEARCHES,
            *(
                url_for(rule.endpoint, **dict(zip(sorted(rule.arguments), values, strict=True)))
                for rule in app.url_map.iter_rules()
                if "GET" in (rule.methods or ()) and rule.endpoint not in NOT_THEIRS
                for values in itertools.product(
                    *(ids.get(name, [1]) for name in sorted(rule.arguments))
                )
            ),
        ]


def crawl(client: Client, world: World, start: list[str]) -> Pages:
    """All these, and every page that their links lead to; of people, Ana's."""
    others = "|".join(str(each) for name, each in world.people.items() if name != "ana")
    passed_over = re.compile(
        rf"/static/|/assets/|/frameworks/small/|(/admin)?/people/({others})(/|$)|"
        rf"/admin/audit\?person_id=({others})"
    )
    found: Pages = {}
    waiting = list(start)
    while waiting:
        path = waiting.pop()
        if path in found or passed_over.match(path) or of_another_statement(world, path):
            continue
        assert len(found) < PAGES_MOST, "the crawl does not end"
        found[path] = fetch(client, path)
        waiting += links(found[path][2], path, pairs=False)
        if found[path][1].startswith("/"):
            waiting.append(found[path][1].partition("#")[0])
    return found


def mails(app: Flask, world: World, name: str) -> dict[str, Fetched]:
    """All that went to them, as if each were a page."""
    with app.app_context(), mail_server() as inbox:
        deliver(inbox, world.now)
        mine = [at for at, each in enumerate(inbox.messages) if each["To"] == world.email(name)]
        return {
            f"mail {number}": (0, str(inbox.messages[at]["Subject"]), text(inbox, at))
            for number, at in enumerate(mine)
        }


def seen_by(
    app: Flask,
    sign_in: SignIn,
    world: World,
    name: str,
    review_id: int,
    like: Pages,
    *,
    reviews: int = 3,
) -> Pages:
    """Every mail and every page, or those and no others that are in `like`: links that are the
    same in every byte lead nowhere else."""
    sent = mails(app, world, name)
    client = QuickClient(app)
    client.http = reader(sign_in, world, name, review_id).http
    if not like:
        return {**sent, **crawl(client, world, addresses(app, world, reviews))}
    return {**sent, **{path: fetch(client, path) for path in like if path.startswith("/")}}


def different(one: Pages, other: Pages) -> set[str]:
    return {path for path in {*one, *other} if one.get(path) != other.get(path)}
