"""A browser for tests: it keeps cookies, sends the page's own CSRF token, and inspects every page
it fetches."""

import re
from collections import Counter
from functools import lru_cache
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import flask
from flask import Flask
from werkzeug.test import TestResponse

from tests.engines import LONG
from tracker.engines import planning_anew
from tracker.web.http import session

PASSWORD = "correct horse battery"


SAVES_ITSELF = {"data-statement", "data-ratings", "data-grid", "data-batch"}
"""Of forms that are saved piece by piece: their texts are, too."""


TAG = re.compile(
    r"""<!--.*?-->|<(script|style)\b([^>]*)>.*?</\1\s*>|"""
    r"""<(/?)([a-z][^\s/>]*)([^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*)>""",
    re.DOTALL | re.IGNORECASE,
)
"""A comment, code, or an opening or closing tag: html.parser takes five times as long."""
ATTRIBUTE = re.compile(r"""([^\s"'>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
LOOKED_AT = {
    "body",
    "form",
    "h1",
    "input",
    "label",
    "script",
    "select",
    "style",
    "textarea",
    "title",
}
TOLD_ANYWHERE = re.compile(r"\s(?:id|style|on\w+)\b", re.IGNORECASE)


class Page:
    """What the inspection needs to know of a page."""

    def __init__(self, html: str) -> None:
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.inputs: list[dict[str, str | None]] = []
        self.forms: list[dict[str, str | None]] = []
        self.inline: list[str] = []
        self.has_person = False
        self.texts: dict[str, list[str]] = {"h1": [], "title": []}
        self._within: str | None = None
        self._label_depth = 0
        self._form: dict[str, str | None] | None = None
        end = 0
        for piece in TAG.finditer(html):
            if self._within:
                self.texts[self._within][-1] += unescape(html[end : piece.start()])
            end = piece.end()
            code, of_code, closes, name, said = piece.groups()
            tag = (code or name or "").lower()
            if closes:
                self._close(tag)
            elif tag in LOOKED_AT or TOLD_ANYWHERE.search(said or ""):
                self._open(tag, of_code or said or "")

    def _open(self, tag: str, attributes: str) -> None:
        found: dict[str, str | None] = {}
        for each in ATTRIBUTE.finditer(attributes):
            value = next((value for value in each.groups()[1:] if value is not None), None)
            found[each[1].lower()] = None if value is None else unescape(value)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        self.inline += [
            f"<{tag} {name}>" for name in found if name == "style" or name.startswith("on")
        ]
        if tag == "style" or (
            tag == "script" and "src" not in found and found.get("type") != "application/json"
        ):
            self.inline.append(f"<{tag}>")
        if tag in self.texts and "svg" not in (self._within or ""):
            self._within = tag
            self.texts[tag].append("")
        if tag == "label":
            self._label_depth += 1
            if found.get("for"):
                self.labelled.add(str(found["for"]))
        if tag in ("input", "select", "textarea") and found.get("type") not in (
            "hidden",
            "submit",
            "button",
        ):
            found["within_label"] = "yes" if self._label_depth else None
            self.inputs.append(found)
        if tag == "body":
            self.has_person = "data-person" in found
        if tag == "form":
            self._form = {
                "method": (found.get("method") or "get").lower(),
                "action": found.get("action"),
                "csrf": None,
                "saves itself": "yes" if SAVES_ITSELF & found.keys() else None,
                "textarea": None,
                "draft": None,
            }
            self.forms.append(self._form)
        if tag == "textarea" and self._form is not None:
            self._form["textarea"] = found.get("name")
        if tag == "input" and found.get("name") == "draft" and self._form is not None:
            self._form["draft"] = found.get("value")
        if tag == "input" and found.get("name") == "csrf_token" and self._form is not None:
            self._form["csrf"] = found.get("value")

    def _close(self, tag: str) -> None:
        if tag == self._within:
            self._within = None
        if tag == "label":
            self._label_depth -= 1
        if tag == "form":
            self._form = None


NEW_EACH_TIME = re.compile(r'(name="(?:csrf_token|form_key)"[^>]*? value=")[^"]+"')


def faults(html: str) -> list[str]:
    """What is wrong with a page, in words; empty when all is well. The same page is looked at
    once."""
    return list(_faults(NEW_EACH_TIME.sub(r'\1…"', html)))


@lru_cache(maxsize=256)
def _faults(html: str) -> tuple[str, ...]:
    page = Page(html)
    found = []
    titles = [" ".join(text.split()) for text in page.texts["h1"]]
    if len(titles) != 1:
        found.append(f"{len(titles)} h1 elements")
    elif not titles[0] or titles[0] not in " ".join(page.texts["title"][0].split()):
        found.append(f"the title {page.texts['title'][0]!r} does not repeat the h1 {titles[0]!r}")
    doubled = {name for name, count in Counter(page.ids).items() if count > 1}
    if doubled:
        found.append(f"ids used twice: {sorted(doubled)}")
    for field in page.inputs:
        named = field.get("aria-label") or field.get("aria-labelledby") or field["within_label"]
        if not named and field.get("id") not in page.labelled:
            found.append(f"an input without a label: {field.get('name')}")
    for form in page.forms:
        if form["action"] is None:
            found.append("a form without an action")
        if form["method"] == "post" and not form["csrf"]:
            found.append(f"a form without a CSRF token: {form['action']}")
        is_kept = form["draft"] or form["saves itself"] or not page.has_person
        if form["method"] == "post" and form["textarea"] is not None and not is_kept:
            found.append(f"a form whose text is not kept while it is typed: {form['action']}")
    if page.inline:
        found.append(f"inline script or style: {page.inline}")
    return tuple(found)


HREF = re.compile(r'href="(/[^"#]*)')


def links(html: str, url: str, *, pairs: bool = LONG) -> list[str]:
    """The addresses that the page at `url` links to.

    A page that its query has sorted or filtered already is sorted and filtered further in
    `make test-long` only (`pairs`): each sorting and each filter is seen, not each pair of them.
    """
    path, query = urlsplit(url)[2:4]
    found = [link.replace("&amp;", "&") for link in HREF.findall(html)]
    return [link for link in found if pairs or not query or not link.startswith(f"{path}?")]


class Client:
    """`get` and `post` return werkzeug's response after inspecting the page in it."""

    def __init__(self, app: Flask) -> None:
        self.http = app.test_client()
        self.token = ""

    def get(self, url: str, **options: Any) -> TestResponse:
        response = self.http.get(url, **options)
        if response.status_code == 302 and "form_key=" in response.location:
            return self.get(response.location, **options)  # to the same page, with a key
        return self._inspected(response)

    def post(self, url: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """Post a form with the CSRF token of this session, as a page of it would."""
        self._have_a_token()
        return self._inspected(
            self.http.post(url, data={"csrf_token": self.token, **(data or {})}, **options)
        )

    def post_json(self, url: str, body: Any, **options: Any) -> TestResponse:
        self._have_a_token()
        headers = {
            "X-CSRFToken": self.token,
            "Accept": "application/json",
            **options.pop("headers", {}),
        }
        return self.http.post(url, json=body, headers=headers, **options)

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        self.get("/login")
        response = self.post("/login", {"email": email, "password": password})
        assert response.status_code == 303, response.text
        self.token = ""

    def enter(self, email: str) -> None:
        """Signed in without the page of it: the same rows and the same cookie, and no two requests
        before each that a test is about."""
        app = self.http.application
        with planning_anew(), app.test_request_context("/login", method="POST"):
            assert session.begin(email, PASSWORD)
            token = session.csrf_token()
            kept = dict(flask.session)
        self.come_back(token, kept)

    def come_back(self, token: str, kept: dict[str, Any]) -> None:
        """With the token and the cookie of a sign-in that is there."""
        self.token = token
        with self.http.session_transaction() as cookie:
            cookie.update(kept)

    def cookie(self) -> dict[str, Any]:
        with self.http.session_transaction() as cookie:
            return dict(cookie)

    def _have_a_token(self) -> None:
        """From the lightest page that there is: whoever is signed in can sign out on it. Else from
        the sign-in page."""
        if not self.token:
            self.get("/an-address-that-is-not-there")
        if not self.token:
            self.get("/account", follow_redirects=True)

    def _inspected(self, response: TestResponse) -> TestResponse:
        if (
            response.mimetype == "text/html"
            and response.text
            and response.status_code not in (301, 302, 303, 308)
        ):
            assert not (found := faults(response.text)), f"{response.request.path}: {found}"
            token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', response.text)
            if token:
                self.token = token.group(1)
        return response
