"""One number for one thing: six people of the demo open Today, the pages of rating, reviews, teams,
gaps and rounds, and profiles, and what these say of the same is the same. Where `test_counts` holds
a link against the page it opens, this holds the pages against each other."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

import pytest
from flask import Flask

from tests.cli.test_demo import demo, loaded
from tests.client import Client
from tests.demo.people import email, load_cast
from tests.reading import plain, words
from tests.web.test_counts import not_rated, page_list, rows

__all__ = ["demo"]

LEARNERS = ("Karl Berg", "Lucia Rossi", "Ana Ruiz")
OTHERS = ("Maria Ortiz", "Ines Duarte", "Tom Hale")
ANYBODY = r"(?P<who>[A-Z]\w+ [A-Z]\w+)"
A_LEARNER = f"(?P<who>{'|'.join(LEARNERS)})"
ABOUT = r"about (\d+) minutes?"
RATING = "/assess/library-technicians/technical/technical?level=1&show=job"
TEAM, GAPS, ROUND, REVIEW = r"/teams/\d+", r"/teams/\d+/gaps", r"/teams/\d+/round", r"/reviews/\d+"
SENT = r"(?:person has|people have) sent something"

SAYS: tuple[tuple[str, str, str], ...] = (
    # Own ratings: Today, the pages of rating on a desk and on a phone, the finish, the profile.
    ("/", rf"In all, (\d+) of (\d+) are not rated yet: {ABOUT}", "left|in all|minutes"),
    ("/", rf"(\d+) statements for your job are not rated yet: {ABOUT}", "left in job|minutes"),
    ("/assess.*", r"(\d+) of (\d+) rated ·", "rated|in all"),
    ("/assess.*", rf"{ABOUT} left", "minutes"),
    ("/assess.*", r"Statement \d+ of (\d+) For your job", "job"),
    ("/assess.*", r"(\d+) from before this round", "older"),
    ("/", r"(\d+) answers are from before this round", "older"),
    ("/", r"Keep (\d+) older ratings", "to keep"),
    ("/assess/done", r"(\d+) answers are from before this round", "older"),
    ("/assess/done", r"Keep (\d+) older ratings", "to keep"),
    ("/assess/done", r"You’ve rated the (\d+) statements for your job", "job"),
    ("/assess/done", r"You’ve rated all (\d+) statements", "rated"),
    ("/assess/done", r"The other (\d+) statements can wait", "left"),
    ("/profile", r"You rated (\d+) of (\d+) statements", "rated|in all"),
    # What is suggested for review, and how long that takes whoever reviews.
    ("/assess/done", rf"(\d+) suggested, {ABOUT} for", "suggested|minutes to review"),
    ("/reviews/new", r"We picked (\d+):", "suggested"),
    (
        "/reviews/new",
        r"Statements chosen: (\d+)\. Minutes for your reviewer, about: (\d+)",
        "suggested|minutes to review",
    ),
    # A review: Today, the list of reviews, its own pages.
    (
        "/",
        rf"{ANYBODY}: (\d+) statements to answer due \w+(?: \d+)? {ABOUT} left",
        "to answer for {who}|minutes for {who}",
    ),
    (
        "/reviews",
        rf"{ANYBODY} , sent \w+ \d+ (\d+) to answer, {ABOUT} left \w+ \d+ (\d+) of (\d+)",
        "to answer for {who}|minutes for {who}|answered for {who}|sent by {who} at once",
    ),
    (
        REVIEW,
        rf"{ANYBODY} , sent .*? (\d+) of (\d+) answered , {ABOUT} left",
        "answered for {who}|sent by {who} at once|minutes for {who}",
    ),
    # A team: Today, the list of teams, its own page, gaps, the round.
    (
        "/",
        r"As supervisor of (?P<who>.+?) (\d+) of (\d+) have not",
        "not sent, {who}|people, {who}",
    ),
    (
        "/",
        rf"(?P<who>[A-Z]\w+ (?:Branch|Library System)) (\d+) of (\d+) {SENT} this round\. (\d+) have",
        "sent, {who}|people, {who}|results, {who}",
    ),
    (
        "/teams",
        r"(?P<who>[A-Z]\w+ (?:Branch|Library System)) (\d+) (\d+) of (\d+) (\d+) of \d+ Gaps",
        "people, {who}|sent, {who}|people, {who}|results, {who}",
    ),
    (
        TEAM,
        rf"With this team: (\d+) of (\d+) {SENT} this round\. (\d+) have",
        "sent, {team}|people, {team}|results, {team}",
    ),
    (GAPS, r"Show people (\d+) people", "people, {team}"),
    (GAPS, r"(\d+) of (\d+) people haven’t sent", "not sent, {team}|people, {team}"),
    (GAPS, r"(\d+) of (\d+) levels are not known", "unknown, {team}|levels, {team}"),
    (ROUND, r"People in the round (\d+) .*? Not sent (\d+)", "people, {team}|not sent, {team}"),
    # Somebody: the team's page, the round, the profile that others read.
    (
        TEAM,
        rf"{A_LEARNER} [A-Z][\w ]+? (\d+) this round, (\d+) in all",
        "sent by {who} this round|sent by {who} in all",
    ),
    (ROUND, rf"{A_LEARNER} \w+ Branch [\w ]+? (\d+) statements sent", "sent by {who} this round"),
    ("/people/.*", r"Sent for review: (\d+) of (\d+)", "sent by {team} in all|in all"),
    (
        TEAM,
        rf"{A_LEARNER} [A-Z][\w ]+? \d+ this round, \d+ in all \d+ this round, (\d+) in all",
        "reviewed for {who}",
    ),
    ("/people/.*", r"Reviewed: (\d+) of (\d+) statements", "reviewed for {team}{open}|in all"),
    ("/profile", r"Reviewed: (\d+) of (\d+) statements", "reviewed for {reader}{open}|in all"),
)
"""Where, which sentence, and of what its numbers are. {team}: whose name the heading has;
{open}: of a review that is still open, the two of it count more, and are told so."""
OF_ONE_READER = re.compile(
    r"(left|rated|minutes|job|older|to keep|suggested|people|not sent|sent,|unknown|levels)"
)


def heading(page: str) -> str:
    title = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.S)
    return re.sub(r"^.* – |: progress profile$", "", plain(title[1]) if title else "")


def said(address: str, page: str, reader: str) -> Iterator[tuple[str, int]]:
    """What is counted on a page, and how many it says they are."""
    text, team = words(page), heading(page)
    still_open = ", with an open review" if "from a review that is still open" in text else ""
    for at, sentence, things in SAYS:
        if re.fullmatch(at, address):
            for match in re.finditer(sentence, text):
                who = match.groupdict().get("who")
                numbers = [number for number in match.groups() if number != who]
                for thing, number in zip(things.split("|"), numbers, strict=True):
                    names = {"who": who, "team": team, "reader": reader, "open": still_open}
                    yield thing.format(**names), int(number)
    if re.fullmatch(TEAM, address) and "Teams below" not in text:
        yield f"people, {team}", rows(page, "Members and what they have sent, in statements")
        yield f"not sent, {team}", page.count(">Not sent</span>")
    if re.fullmatch(GAPS, address):
        # The last row sums them up.
        yield f"people, {team}", rows(page, "Reviewed level by person and domain") - 1
        of_domains = re.findall(r"(\d+) not known yet", text.partition("Selected domain")[0])
        yield f"unknown, {team}", sum(map(int, of_domains))
        how_far = re.findall(r"<li><b>(\d+)</b> (?:with a supervisor|sent|not sent)", page)
        yield f"unknown, {team}", sum(map(int, how_far))
    if address == "/assess" and "left for your job" in text:
        yield "left in job", not_rated(page_list(page))


def opened(demo: Flask, reader: str) -> Iterator[tuple[str, str]]:
    """The pages that somebody finds: address and page."""
    client = Client(demo)
    client.sign_in(email(reader), load_cast().password)
    learner = ("/assess", RATING, "/assess/done", "/profile", "/reviews/new")
    todo = ["/", *(learner if reader in LEARNERS else ()), "/reviews", "/teams"]
    for address in todo:
        page = client.get(address, follow_redirects=True)
        assert page.status_code == 200, address
        yield address, page.text
        links = re.findall(r'href="(/(?:teams|reviews)/\d+(?:/round|/gaps)?)"', page.text)
        names = re.findall(rf'href="(/people/\d+/profile)">(?:{"|".join(LEARNERS)})<', page.text)
        todo += [link for link in dict.fromkeys([*links, *names]) if link not in todo]


def compared(pages: Iterable[tuple[str, str, str]]) -> dict[str, dict[int, set[str]]]:
    """By what is counted, every number that is said of it, and where. A page: who opens it, its
    address, and what it is."""
    numbers = defaultdict[str, dict[int, set[str]]](lambda: defaultdict(set))
    for reader, address, page in pages:
        for thing, number in said(address, page, reader):
            whose = f"{reader}: {thing}" if OF_ONE_READER.match(thing) else thing
            numbers[whose][number].add(f"{reader} {address}")
    for whose in [*numbers]:
        if ": sent, " in whose and (not_sent := whose.replace(": sent,", ": not sent,")) in numbers:
            people, sent = (
                [*numbers[whose.replace(": sent,", of)]] for of in (": people,", ": sent,")
            )
            numbers[not_sent][people[0] - sent[0]] |= numbers[whose][sent[0]]
    return numbers


def differing(numbers: dict[str, dict[int, set[str]]]) -> list[str]:
    return [f"{thing}: {dict(places)}" for thing, places in numbers.items() if len(places) > 1]


@pytest.mark.in_ci
def test_the_same_thing_has_the_same_number_on_all_pages(demo: Flask, engine_name: str) -> None:
    if engine_name == "postgresql":
        pytest.skip("the demo is read through the same queries on one engine")
    loaded(demo, engine_name)
    numbers = compared(
        (reader, *page) for reader in (*LEARNERS, *OTHERS) for page in opened(demo, reader)
    )
    assert "\n".join(differing(numbers)) == ""
    on_several = [
        places for (places,) in (of.values() for of in numbers.values()) if len(places) > 1
    ]
    assert len(on_several) > 50


def test_a_number_that_is_another_is_found() -> None:
    today = "<main>18 statements for your job are not rated yet: about 6 minutes.</main>"
    rating = "<main>57 of 136 rated · about 6 minutes left for your job</main>"
    sums = "<main>With this team: 9 of 12 people have sent something this round. 2 have"
    gaps = "<main><h1>Team gaps – North</h1> 3 of 12 people haven’t sent</main>"
    team = f"<main><h1>North</h1> Teams below {sums.removeprefix('<main>')} results.</main>"
    rows = "<table><caption>Reviewed level by person and domain</caption><tbody>"
    gaps = gaps.replace("</main>", rows + "<tr></tr>" * 13 + "</tbody></table></main>")
    pages = [("Ann", "/", today), ("Ann", "/assess/done", rating)]
    teams = [("Ann", "/teams/1", team), ("Ann", "/teams/1/gaps", gaps)]
    assert differing(compared(pages + teams)) == []
    for was, is_now in (("about 6 minutes left", "about 24 minutes left"), ("3 of 12", "4 of 12")):
        changed = [(who, at, page.replace(was, is_now)) for who, at, page in pages + teams]
        assert len(differing(compared(changed))) == 1, is_now
