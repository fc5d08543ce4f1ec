"""A count is the count of the page that it opens: every link with a number on Today, the profile, the
reviews and the team pages of the demo's people is followed and what it opens is counted."""

import html
import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.cli.test_demo import demo, loaded
from tests.client import Client
from tests.demo.people import email, load_cast
from tests.profiles.standing_counts import untrue_standings, words

__all__ = ["demo"]

NUMBER = re.compile(r"(?<![\w./])\d{1,3}(?![\w./])")
ENTRY = re.compile(r'<li>\s*<div class="task-head">(.*?)</li>', re.S)
LINK = re.compile(r'<a\b[^>]*href="([^"]+)"[^>]*>(.*?)</a>', re.S)


def rows(page: str, caption: str) -> int:
    """How many rows the table of that caption has."""
    table = re.search(rf"<caption[^>]*>{caption}</caption>.*?</table>", page, re.S)
    return table.group().partition("<tbody>")[2].count("<tr>") if table else 0


def statements(page: str) -> int:
    """Those of a review, on the page of either side; of one that is over, on its result."""
    if 'class="result"' in page:
        others = r"no chance to see (\d+)|(\d+) (?:was|were) dropped|(\d+) went to another"
        rest = (int(one or two or three) for one, two, three in re.findall(others, page))
        return page.count('class="result-square"') + sum(rest)
    return rows(page, r"\d+ statements?, as you sent (?:it|them)") or len(
        set(re.findall(r'id="item-\d+"', page))
    )


def left(page: str) -> int:
    """Statements of a review that have no answer."""
    return rest_of(said(page, r"(\d+ of \d+) answered"))


def unsettled(page: str) -> int:
    """Differences that do not wait for the other side."""
    return page.count('<li class="agenda-row') - waiting(page)


def waiting(page: str) -> int:
    """Differences that wait for the other side."""
    return len(re.findall(r'<li class="agenda-row[^>]*data-state="waiting"', page))


def rest_of(fraction: str) -> int:
    done, all_of_it = map(int, fraction.split(" of "))
    return all_of_it - done


def page_list(page: str) -> str:
    """The list of pages beside the statements to rate."""
    return page.partition('page-nav is-wide"')[2].partition("</nav>")[0]


def not_rated(listed: str) -> int:
    """Of the pages listed: how many statements have no rating."""
    counts = re.findall(r'page-nav-count"[^>]*><span aria-hidden="true">(\d+)/(\d+)<', listed)
    return sum(int(of) - int(done) for done, of in counts)


def sent(page: str) -> tuple[int, int]:
    """How many of a team have sent something, and how many they are: with the teams below, or by
    the rows of its members."""
    whole = re.search(r"With this team: (\d+) of (\d+) people", words(page))
    if whole is not None:
        return int(whole.group(1)), int(whole.group(2))
    people = rows(page, "Members and what they have sent, in statements")
    return people - page.count(">Not sent</span>"), people


Opened = Callable[[str], int]
COUNTED: tuple[tuple[str, Opened], ...] = (
    (r": (\d+) statements? to answer", left),
    (r"^(?:Settle |.*: )(\d+) differences?", unsettled),
    (
        r"^(\d+) reviews? due (?:this week|next week|later)",
        lambda page: rows(page, "Reviews that wait for you"),
    ),
    (r"^Answer (\d+) questions? from", lambda page: page.count(">Returned<")),
    (
        r"^Decide on (\d+) ratings? marked",
        lambda page: sum(map(int, re.findall(r'page-nav-count">(\d+)<', page_list(page)))),
    ),
    (r" your job \| (\d+) of \d+ statements", lambda page: not_rated(page_list(page))),
    (
        r"\| (\d+) of \d+ statements? here (?:is|are) not rated",
        lambda page: not_rated(
            page_list(page).partition('aria-current="page"')[2].partition("</li>")[0]
        ),
    ),
    (
        r"In all, (\d+) of \d+ are not rated yet",
        lambda page: rest_of(said(page, r"(\d+ of \d+) rated")),
    ),
    (
        r"^(\d+) of \d+ (?:has|have) not sent",
        lambda page: rows(page, "Members and what they have sent, in statements"),
    ),
    (
        r"^\d+ of (\d+) (?:has|have) not sent",
        lambda page: int((re.search(r"\d+ of (\d+) (?:person|people)", page) or ["", "0"])[1]),
    ),
    (r"\| (\d+) of \d+ (?:person has|people have) sent", lambda page: sent(page)[0]),
    (r"\| \d+ of (\d+) (?:person has|people have) sent", lambda page: sent(page)[1]),
    (
        r"^(\d+)$",
        lambda page: int(
            said(page, r"(\d+) of \d+ (?:person who has|people who have) not finished")
        ),
    ),
    (r"^(\d+) pieces? of evidence", lambda page: page.count('class="task-title"')),
    (r"\| (\d+) of \d+ are reviewed", lambda page: int(said(page, r"(\d+) reviewed by"))),
    (r"reviewed\. (\d+) waits? for", waiting),
    (r": (\d+) statements?$", statements),
    (r"^(\d+) reviews?$", lambda page: rows(page, "Reviews that wait for you") or 1),
    (r"^Show all (\d+) open reviews", lambda page: rows(page, "Reviews that wait for you")),
    (r"^(\d+) new notices?", lambda page: int(said(page, r"(\d+) unread"))),
    (
        r"^(\d+) new readers? to check",
        lambda page: page.count('name="reader"') + page.count('value="opened"'),
    ),
    (
        r"\| (\d+) answers? (?:is|are) from before this round",
        lambda page: sum(map(int, re.findall(r'page-nav-count">(\d+)<', page_list(page)))),
    ),
    (r"^Select all (\d+)$", lambda page: int(said(page, r"(\d+) selected\."))),
    (r"^Rate (\d+)$", lambda page: page.count("<fieldset")),
    (r"(?:^|: )(\d+) of \d+$", lambda page: rows(page, "People, their level and target")),
)
"""What a link says, and how to count what it opens. In an entry of Today its note stands behind "|"."""


def said(page: str, sentence: str) -> str:
    found = re.search(sentence, words(page))
    return found.group(1) if found else "0"


def counted(page: str) -> list[tuple[str, str]]:
    """Address and words of each link that says a number."""
    entries = ENTRY.findall(page)
    found = []
    for entry in entries:
        href, title = LINK.findall(entry)[0]
        note = words(entry.partition("<p>")[2])
        found.append((href, f"{words(title)} | {note}" if note else words(title)))
    rest = ENTRY.sub("", page)
    found += [
        (href, words(text)) for href, text in LINK.findall(rest) if 'class="level' not in text
    ]
    return [
        (html.unescape(href), text)
        for href, text in found
        if NUMBER.search(re.sub(r"\d+ [A-Z][a-z]{2,8}\b|[A-Z][a-z]{2,8} \d+", "", text))
    ]


def untrue(page: str, opened: Callable[[str], str]) -> list[str]:
    """Links whose number is not what they open, and numbers that nobody said how to count."""
    found = []
    for href, text in counted(page):
        if re.search(r": \d+ of the \d+ needed", text):
            found += untrue_level(href, text, opened)
            continue
        if re.search(r": (\d+ (not \w+ yet|not sure)(, )?)+$", text) and "#level-" in href:
            continue  # beside a bar: `untrue_standings`
        rules = [
            (match, count) for sentence, count in COUNTED if (match := re.search(sentence, text))
        ]
        if not rules:
            found.append(f"no rule: {text} ({href})")
        for match, count in rules:
            if (there := count(opened(href))) != int(match.group(1)):
                found.append(f"{text} ({href}): {there}")
    return found + untrue_standings(page, opened)


def untrue_level(href: str, text: str, opened: Callable[[str], str]) -> list[str]:
    """ "Developing: 1 of the 3 needed" beside a bar: one of the two columns of that level has as many
    answers that count as met."""
    part = opened(href).partition(f'id="{href.partition("#")[2]}"')[2].partition("</section>")[0]
    listed = [re.findall(r"<td>(.*?)</td>", row, re.S) for row in part.split("<tr>")[2:]]
    met = {sum("is-met" in each for each in column) for column in zip(*listed, strict=True)}
    number = re.search(r": (\d+) of", text)
    return [] if number and int(number.group(1)) in met else [f"{text} ({href}): {met}"]


@pytest.fixture
def people() -> list[str]:
    """The first of each role, a supervisor who learns too, and one of another branch."""
    accounts = load_cast().accounts()
    firsts = {account["role"]: account["name"] for account in reversed(accounts)}
    others = [account["name"] for account in accounts if account["role"] == "supervisor"]
    return list(dict.fromkeys([*firsts.values(), others[-1]]))


@pytest.mark.in_ci
def test_every_count_is_that_of_the_page_it_opens(
    demo: Flask, engine_name: str, people: list[str]
) -> None:
    if engine_name == "postgresql":
        pytest.skip("the demo is read through the same queries on one engine")
    loaded(demo, engine_name)
    followed: set[str] = set()
    wrong: list[str] = []
    for name in people:
        client = Client(demo)
        client.sign_in(email(name), load_cast().password)
        cache: dict[str, str] = {}

        def opened(href: str, client: Client = client, cache: dict[str, str] = cache) -> str:
            address = href.partition("#")[0]
            if address not in cache:
                cache[address] = client.get(address, follow_redirects=True).text
            return cache[address]

        for address in ("/", "/notices"):  # before other pages mark what they are about as read
            opened(address)
        teams = re.findall(r'href="(/teams/\d+)"', opened("/teams"))
        gaps = [f"{team}/gaps" for team in dict.fromkeys(teams)]
        rounds = re.findall(r'href="(/teams/\d+/round)"', "".join(map(opened, teams)))
        further = dict.fromkeys([*teams, *gaps, *rounds])
        for address in ["/", "/profile", "/reviews", *further]:
            page = opened(address)
            followed |= {re.sub(r"\d+", "N", text) for _href, text in counted(page)}
            wrong += [f"{name}, {address}: {each}" for each in untrue(page, opened)]
    assert "\n".join(wrong) == ""
    assert len(followed) > 15


TODAY = """<li> <div class="task-head"> <a class="task-title" href="/reviews/7">Ben: 5 statements to
answer</a> </div> <p>about 4 minutes left</p> </li>
<p><a href="/reviews?show=this-week">2 reviews due this week</a></p>"""
LISTED = """<p>1 of 6 answered</p><table><caption class="x">Reviews that wait for you</caption><tbody>
<tr><td>3 to answer</td></tr><tr><td>2 to answer</td></tr></tbody></table>"""


def test_a_count_that_is_another_is_found() -> None:
    assert untrue(TODAY, lambda _href: LISTED) == []
    assert len(untrue(TODAY.replace("2 reviews", "3 reviews"), lambda _href: LISTED)) == 1
    assert len(untrue(TODAY.replace("5 statements", "9 statements"), lambda _href: LISTED)) == 1
    assert untrue('<a href="/x">7 of them</a>', lambda _href: "") == ["no rule: 7 of them (/x)"]


def test_a_count_of_what_is_not_known_that_is_another_is_found() -> None:
    explained = """<p>Target Applying: ? 1 not sure</p>
<section id="level-1"> <h2>Applying</h2> <ul><li><b>Your own rating.</b> Not known yet: 1.</li></ul>
<tr><th scope="col">Statement</th><th scope="col">Your own rating</th><th scope="col">Reviewed</th>
</tr> <tr><th scope="row">One</th> <td>Not sure</td> <td>not sent yet</td></tr> </section>"""
    profile = """<th class="bar-voice" scope="row">You</th><td class="bar-target">? 1 not sure
<span class="bar-next"><a href="/profile/x">Target</a></span></td>"""
    assert untrue(profile, lambda _href: explained) == []
    assert len(untrue(profile.replace("1 not sure", "2 not sure"), lambda _href: explained)) == 1
    assert len(untrue(profile.replace("not sure", "not rated yet"), lambda _href: explained)) == 2
