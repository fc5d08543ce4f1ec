"""Walk every page that somebody can reach, and send every form on it with what nobody should send.

Whatever comes back is a page, a message or a refusal: never a 500.
"""

import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import cycle, islice
from urllib.parse import quote, unquote, urlsplit

import pytest
from flask import Flask, request
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from tests.client import Client
from tests.engines import LONG
from tests.factories.answers import Answer, EndorsedAnswer
from tests.factories.ratings import rate
from tests.factories.reviews import endorse
from tests.factories.world import World

HOSTILE = {
    "empty": b"",
    "spaces": b"   ",
    "long": b"x" * 20_000,
    "NUL": b"a\0b",
    "a lone surrogate": b"\xed\xa0\x80",
    "not UTF-8": b"\xff\xfe",
    "30 digits": b"9" * 30,
    "a negative number": b"-1",
    "a fraction": b"1.5",
    "digits of another script": "١٢".encode(),
    "markup": b"'\"><svg onload=alert(1)>{{7*7}}",
    "a date that is none": b"2026-02-30",
    "a year that is none": b"99999-01-01",
    "a header": b"a\r\nSet-Cookie: x=1",
    "a wildcard": b"%_\\",
    "right to left": "\u202eabc".encode(),
}
VALUES_EACH = len(HOSTILE) if LONG else 1
"""How many of them a field is sent: the next field gets the next ones, so that each is sent."""
NO_ID = ("0", "9" * 30, "2147483648", "2147483647", "-1", "%D9%A1", "%00", "%ED%A0%80", "x" * 3000)
PAGES_EACH = 80
FORMS_EACH = 80


@dataclass(frozen=True)
class Form:
    method: str
    action: str
    fields: tuple[tuple[str, str], ...]


class Reader(HTMLParser):
    """The links and forms of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._open: tuple[str, str, list[tuple[str, str]]] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "a" and found.get("href", "").startswith("/"):
            self.links.append(found["href"].partition("#")[0])
        if tag == "form":
            self._open = (found.get("method", "get").lower(), found.get("action", ""), [])
        if self._open and tag in ("input", "select", "textarea", "button") and found.get("name"):
            self._open[2].append((found["name"], found.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._open:
            method, action, fields = self._open
            self.forms.append(Form(method, action, tuple(dict(fields).items())))
            self._open = None


EVERYBODYS = {"accounts", "notices"}
"""Their forms are the same for everybody who is signed in: one person sends them, and everybody
does in `make test-long`."""


def endpoint(app: Flask, url: str, method: str) -> str | None:
    try:
        return str(app.url_map.bind("localhost").match(urlsplit(url).path, method.upper())[0])
    except HTTPException:
        return None


def walk(app: Flask, client: Client) -> tuple[list[str], list[Form]]:
    """Pages and forms, at most three addresses for each endpoint."""
    seen: Counter[str] = Counter()
    todo, known = deque(["/"]), {"/"}
    pages: list[str] = []
    forms: dict[tuple[str | None, tuple[str, ...]], Form] = {}
    while todo and len(pages) < PAGES_EACH:
        url = todo.popleft()
        response = client.get(url)
        assert response.status_code < 500, url
        pages.append(url)
        if response.mimetype != "text/html":
            continue
        page = Reader(response.text)
        for form in page.forms:
            forms.setdefault(
                (endpoint(app, form.action, form.method), tuple(name for name, _ in form.fields)),
                form,
            )
        for link in page.links:
            name = endpoint(app, link, "GET")
            if link not in known and name is not None and seen[name] < 3:
                seen[name] += 1
                known.add(link)
                todo.append(link)
    return pages, list(forms.values())[:FORMS_EACH]


def one_of_a_kind(names: Iterable[str]) -> list[str]:
    """One field of those that differ in a number only: a form with 137 statements has the same
    field 137 times."""
    return list({re.sub(r"\d+", "N", name): name for name in names}.values())


def sends(
    form: Form, token: str, values: Iterator[tuple[str, bytes]], each: int
) -> Iterator[tuple[str, bytes]]:
    """The form with one field hostile at a time, by the next `each` of the values; then with it
    doubled and with it gone: in turn where `each` is 1."""
    names = one_of_a_kind(name for name, _value in form.fields if name != "csrf_token")

    def body(changed: str, value: bytes | None, again: bool = False) -> bytes:
        parts = []
        for name, usual in (*form.fields, *([(changed, usual_of(changed))] if again else [])):
            sent = value if name == changed and not again else usual.encode()
            sent = token.encode() if name == "csrf_token" else sent
            if sent is not None:
                parts.append(quote(name).encode() + b"=" + quote(sent).encode())
        return b"&".join(parts)

    def usual_of(changed: str) -> str:
        return dict(form.fields)[changed]

    for number, name in enumerate(names):
        for word, value in islice(values, each):
            yield f"{name} is {word}", body(name, value)
        if each > 1 or number % 2:
            yield f"{name} is missing", body(name, None)
        if each > 1 or not number % 2:
            yield f"{name} is there twice", body(name, None, again=True)


def send(client: Client, form: Form, body: bytes) -> TestResponse:
    if form.method == "get":
        return client.http.get(form.action.partition("?")[0] + "?" + body.decode())
    return client.http.post(
        form.action, data=body, content_type="application/x-www-form-urlencoded"
    )


@pytest.fixture
def lived_in(app: Flask, world: World) -> World:
    with app.app_context():
        for number, statement_id in enumerate(world.statements["communication"]):
            rate(world, "ana", statement_id, list(Answer)[number % 5])
        endorse(world, "ana", "sue", world.statements["communication"][0], EndorsedAnswer.PARTLY)
    return world


@pytest.mark.in_ci
@pytest.mark.reads_at_length
@pytest.mark.parametrize("name", ["ana", "sue", "cora", "adam"])
def test_no_form_breaks_on_what_nobody_should_send(
    app: Flask, lived_in: World, sign_in: Callable[[str], Client], name: str
) -> None:
    client = sign_in(lived_in.email(name))
    _pages, forms = walk(app, client)
    assert forms
    values = cycle(HOSTILE.items())
    broken, sent = [], 0
    for form in forms:
        where = str(endpoint(app, form.action, form.method))
        if where in ("accounts.sign_out", "accounts.sign_in_now"):
            continue
        if where.partition(".")[0] in EVERYBODYS and name != "ana" and not LONG:
            continue
        for what, body in sends(form, client.token, values, VALUES_EACH):
            sent += 1
            status = send(client, form, body).status_code
            if status >= 500:
                broken.append((form.method, form.action, what, status))
            if status == 400 and "csrf" not in what:
                client.token = ""
                client.get("/account")
    assert sent > 50
    assert broken == []


@pytest.mark.in_ci
@pytest.mark.reads_at_length
@pytest.mark.parametrize("name", ["ana", "sue", "cora", "adam"])
def test_no_address_breaks(
    app: Flask, lived_in: World, sign_in: Callable[[str], Client], name: str
) -> None:
    """Every address with its ids and query changed to what is not there: to some of NO_ID in turn,
    in `make test-long` to each. One person asks for those that no view answers: they are the same
    for everybody."""
    client = sign_in(lived_in.email(name))
    pages, _forms = walk(app, client)
    tried, values = set(), cycle(NO_ID)
    for page in pages:
        for value in islice(values, len(NO_ID) if LONG else 3):
            tried.add(re.sub(r"\d+", value, urlsplit(page).path))
            query = urlsplit(page).query
            if query:
                names = [part.partition("=")[0] for part in query.split("&")]
                tried.add(urlsplit(page).path + "?" + "&".join(f"{name}={value}" for name in names))
    broken = [
        (url, status)
        for url in sorted(tried)
        if (name == "ana" or LONG or endpoint(app, unquote(url), "GET"))
        and (status := client.http.get(url).status_code) >= 500
    ]
    assert broken == []


def test_a_form_that_breaks_is_found(
    app: Flask, world: World, sign_in: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A view that takes `n` for a number without asking answers 500, and clean ones do not."""
    client = sign_in(world.email("ana"))
    form = Form("get", "/account", (("n", "1"),))
    monkeypatch.setitem(app.view_functions, "accounts.show", lambda: str(int(request.args["n"])))
    bodies = sends(form, "", iter(HOSTILE.items()), len(HOSTILE))
    statuses = {what: send(client, form, body).status_code for what, body in bodies}
    assert statuses["n is empty"] == 500
    assert statuses["n is a negative number"] == 200
    assert statuses["n is NUL"] == 422
    assert statuses["n is missing"] == 400
    assert statuses["n is there twice"] == 200
