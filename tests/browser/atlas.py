"""Every page that the demo's people can reach by following links, with the template it is made
from."""

import re
from collections import Counter, deque
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from flask import Flask, template_rendered
from jinja2 import Template

from tests.client import Client

PEOPLE = {
    "visitor": None,
    "learner": "ben.osei@example.org",
    "supervisor": "maria.ortiz@example.org",
    "learner and supervisor": "ana.ruiz@example.org",
    "coordinator": "tom.hale@example.org",
    "coordinator without names": "vera.stone@example.org",
    "administrator": "petra.lindqvist@example.org",
}
"""One of each role in the demo, by email address."""
UNLINKED = (
    "/profile/technical",
    "/",
    "/profile",
    "/assess",
    "/styleguide",
    "/forgot-password/asked",
    "/an-address-that-is-not-there",
)
"""Where a walk starts: statements that one of them has reviewed ratings for, the front page, and
pages that not every role has a link to."""
EACH = 2
"""How many addresses of one endpoint are looked at for each role: a first, and one that may
differ."""


@dataclass(frozen=True, slots=True)
class Place:
    """A page: who sees it, its address and the template behind it."""

    role: str
    path: str
    endpoint: str
    template: str

    def __str__(self) -> str:
        return f"{self.path} as {self.role}"


class _Links(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href")
        if tag == "a" and href:
            self.found.append(href)


def _inside(page: str, href: str) -> str | None:
    """The address that a link leads to, without its fragment; None when it leads elsewhere."""
    to = urlsplit(urljoin(page, href))
    if to.scheme or to.netloc:
        return None
    return to.path + (f"?{to.query}" if to.query else "")


def explore(app: Flask, password: str) -> list[Place]:
    """The pages of every person, breadth first, so that the shortest way to an address is the one
    taken."""
    return [
        place
        for role, email in PEOPLE.items()
        for place in _Walk(app, role, email, password).places
    ]


class _Walk:
    """One person follows every link, but no more than EACH pages of one endpoint and template."""

    def __init__(self, app: Flask, role: str, email: str | None, password: str) -> None:
        self.app, self.role = app, role
        self.client = Client(app)
        if email is not None:
            self.client.sign_in(email, password)
        self.places: list[Place] = []
        self.rendered: list[str] = []
        self.each: Counter[str] = Counter()
        to_see = deque([*UNLINKED])
        seen = set(to_see)
        with template_rendered.connected_to(self._note, app):
            while to_see:
                path = to_see.popleft()
                for href in self._look(path):
                    to = _inside(path, href)
                    if to is not None and to not in seen:
                        seen.add(to)
                        to_see.append(to)

    def _note(self, _app: Flask, template: Template, **_context: object) -> None:
        self.rendered.append(template.name or "")

    def _look(self, path: str) -> list[str]:
        """The links on a page, once it is noted; of a redirect, where it goes."""
        endpoint = self._endpoint(path)
        if self.each[endpoint] >= EACH:
            return []
        self.rendered.clear()
        with self.client.http.get(path, buffered=True) as response:  # a file is closed again
            pass
        if response.status_code in (301, 302, 303, 308):
            return [response.location]
        if response.mimetype != "text/html" or not self.rendered:
            return []
        self.each[endpoint] += 1
        self.places.append(Place(self.role, path, endpoint, self.rendered[-1]))
        return _Links(response.text).found

    def _endpoint(self, path: str) -> str:
        to = urlsplit(path)
        map_of_addresses = self.app.url_map.bind("")
        return str(map_of_addresses.match(to.path)[0]) if map_of_addresses.test(to.path) else path


def one_of_each(places: list[Place]) -> list[Place]:
    """The first page made from each template."""
    first: dict[str, Place] = {}
    for place in places:
        first.setdefault(place.template, place)
    return list(first.values())


def templates_of(app: Flask) -> set[str]:
    """The templates of whole pages: those that extend the base and are not themselves a part."""
    loader = app.jinja_env.loader
    assert loader is not None
    return {
        name
        for name in loader.list_templates()
        if name.endswith(".html")
        and not re.search(r"(^|/)_", name)
        and name != "base.html"
        and "extends" in loader.get_source(app.jinja_env, name)[0]
    }
