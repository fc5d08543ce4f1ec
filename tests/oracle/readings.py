"""All that pages and downloads say of people, teams and a library, as facts by their place."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from flask import Flask
from werkzeug.test import TestResponse

from tests.client import PASSWORD, Client
from tests.oracle import adapter
from tests.oracle.facts import Lines, lines_of

Facts = dict[str, Lines]


SELDOM = {
    2: ("next to rate", "/assess"),
    3: ("readers", "/account/readers"),
    4: ("drafts.json", "/drafts.json"),
    5: ("next five", "/assess/five"),
}
"""Each person reads one of them, by turns of six: two of then are other pages now."""


class Reader(Client):
    """Other tests inspect these pages: here they are read, by the hundred."""

    def __init__(self, app: Flask, email: str, password: str = PASSWORD) -> None:
        super().__init__(app)
        with app.app_context(), patch("tests.client.PASSWORD", password):
            self.enter(email)

    def get(self, url: str, **options: Any) -> TestResponse:
        return self.http.get(url, **options)


@dataclass(slots=True)
class Reading:
    """`share`: of what every person has a page each of, one in so many is read, another for each
    person and `turn`; where it is large, two of three people are read in short."""

    app: Flask
    today: dt.date
    share: int = 1
    turn: int = 0
    password: str = PASSWORD
    facts: Facts = field(default_factory=dict)
    _clients: dict[str, Reader] = field(default_factory=dict)

    def client(self, email: str) -> Reader:
        if email not in self._clients:
            self._clients[email] = Reader(self.app, email, self.password)
        return self._clients[email]

    def page(self, reader: str, place: str, url: str) -> None:
        name = f"{reader.partition('@')[0]}/{place}"
        assert name not in self.facts, name
        answer = self.client(reader).http.get(url, follow_redirects=True)
        assert answer.status_code < 500, (url, answer.text)
        self.facts[name] = lines_of(answer)

    def some(self, of: Collection[object], more: int = 0) -> set[int]:
        """Numbers of those that are read this time."""
        return set(range((self.turn + more) % self.share, len(of), self.share))

    def own(self, email: str) -> None:
        """What somebody reads of themselves."""
        self.turn += 1
        self.page(email, "today", "/")
        with self.app.app_context():
            version = adapter.learns_in(email, self.today)
            listed = adapter.statements(version) if version else []
            earlier = adapter.answered_before(email, version) if version else {}
            slug = adapter.slug_of(version) if version else ""
        if version is not None:
            for place, url in (("profile.json", "/profile.json"), ("to send", "/reviews/new")):
                self.page(email, place, url)
            if self.share > 3 and self.turn % 3:
                return
        self.page(email, "reviews", "/reviews")
        if version is None:
            return
        domains = list(dict.fromkeys((each.strand, each.domain) for each in listed))
        for number in self.some(domains):
            self.page(email, f"explained {domains[number][1]}", f"/profile/{domains[number][1]}")
        self.page(email, "profile", "/profile")
        self.page(email, "profile.csv", "/profile.csv")
        if seldom := SELDOM.get(self.turn // 3 % 6):
            self.page(email, *seldom)
        for number in self.some(domains, 1):
            strand, domain = domains[number]
            self.page(email, f"to rate {domain}", f"/assess/{slug}/{strand}/{domain}")
        self._statements(email, "/statements", listed)
        for key in self._few(sorted(earlier, key=lambda each: earlier[each])):
            self.page(email, f"earlier {earlier[key]}", f"/statements/{key}")

    def _statements(
        self, email: str, under: str, listed: list[adapter.Statement], of: str = ""
    ) -> None:
        codes = {each.id: each.code for each in listed}
        for key in self._few(list(codes)):
            self.page(email, f"{of}statement {codes[key]}", f"{under}/{key}")

    def _few(self, ids: list[int]) -> list[int]:
        """Two of them, or one where much is read; others for each person."""
        first = self.turn * 7 % max(len(ids), 1)
        return [*ids[first:], *ids[:first]][: 2 if self.share <= 3 else 1]

    def of_person(self, reader: str, email: str) -> None:
        """What a reader sees of somebody else."""
        with self.app.app_context():
            person = adapter.one("SELECT id FROM people WHERE email = :e", e=email)
            version = adapter.learns_in(email, self.today)
            listed = adapter.statements(version) if version else []
        of = f"of {email.partition('@')[0]}/"
        self.page(reader, f"{of}profile", f"/people/{person}/profile")
        domains = list(dict.fromkeys(each.domain for each in listed))
        for number in self.some(domains, 1 + len(reader)):
            url = f"/people/{person}/profile/{domains[number]}"
            self.page(reader, f"{of}explained {domains[number]}", url)
        self._statements(reader, f"/people/{person}/statements", listed, of)

    def team(self, reader: str, name: str, team_id: int, domains: Collection[str]) -> None:
        of = f"team {name}/"
        for place, rest in {
            "page": "",
            "gaps": "/gaps",
            "gaps.csv": "/gaps.csv",
            "gaps.xlsx": "/gaps.xlsx",
            "people.csv": "/gaps/people.csv",
            "round": "/round",
            "round.csv": "/round.csv",
        }.items():
            self.page(reader, of + place, f"/teams/{team_id}{rest}")
        self.turn += 1
        listed = list(domains)
        for number in self.some(listed):
            url = f"/teams/{team_id}/gaps/domains/{listed[number]}"
            self.page(reader, f"{of}gap {listed[number]}", url)
            self.page(reader, f"{of}gap {listed[number]}.csv", f"{url}/people.csv")
        self.page(reader, f"{of}gaps alone", f"/teams/{team_id}/gaps?teams=own")

    def library(self, admin: str, name: str) -> None:
        """What an administrator sees of the framework in the library."""
        with self.app.app_context():
            profiles = adapter.role_profiles(name)
            rounds = adapter.rows(
                "SELECT r.id, r.name FROM rounds r JOIN libraries l ON l.id = r.library_id"
                " WHERE l.name = :l ORDER BY r.id",
                l=name,
            )
        for place, url in {
            "admin": "/admin",
            "people": "/admin/people",
            "people.csv": "/admin/people/export.csv",
            "role profiles": "/admin/role-profiles",
            "not rated": "/admin/not-rated",
            "sensitive": "/admin/sensitive",
            "rounds": "/admin/rounds",
            "access.csv": "/admin/access.csv",
        }.items():
            self.page(admin, place, url)
        for key, label in profiles:
            self.page(admin, f"role profile {label}", f"/admin/role-profiles/{key}")
        for key, label in rounds:
            self.page(admin, f"round {label}", f"/admin/rounds/{key}")

    def records(self, what: Mapping[str, Lines]) -> None:
        self.facts |= {f"records/{kind}": lines for kind, lines in what.items()}
