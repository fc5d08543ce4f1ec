"""Counts of what is not known beside the bars of a profile, held against what the explanation
behind them says of each statement."""

import html
import re
from collections.abc import Callable

HIDDEN = re.compile(r'<span class="visually-hidden">.*?</span>', re.S)
HEADS = {
    "You": "Your own rating",
    "Self-rating": "Self-rating as last revealed",
    "Reviewed": "Reviewed",
}
"""What a profile calls each voice, and its explanation."""
COUNTED = {
    "not rated yet": r"(\d+) not rated yet",
    "not sure": r"(\d+) not sure",
    "not sent yet": r"(\d+) not sent yet",
    "not reviewed yet": r"(\d+) not reviewed yet",
    "not revealed": r"(\d+) not revealed",
    "difference open": r"(\d+) differences? open",
    "no agreement": r"(\d+) with no agreement",
}
BAR = re.compile(
    r'<th class="bar-voice" scope="row">([^<]*)</th>(?:(?!</tr>).)*?<td class="bar-target">(.*?)'
    r'<span class="bar-next"><a href="([^"]+)">(.*?)</td>',
    re.S,
)
"""The voice, the words about the target, where the explanation is, the words about the next level."""


def words(markup: str) -> str:
    shown = re.sub(r"<[^>]+>", " ", HIDDEN.sub("", markup))
    return html.unescape(" ".join(shown.split()))


def untrue_standings(page: str, opened: Callable[[str], str]) -> list[str]:
    found = []
    for voice, target, href, level in BAR.findall(page):
        there, head = opened(html.unescape(href)), HEADS[voice]
        found += _untrue(target, there, head, _in_the_way(there, head))
        if "#level-" in href:
            found += _untrue(level, there, head, [href.rpartition("-")[2]])
    return found


def _untrue(said: str, page: str, head: str, ranks: list[str]) -> list[str]:
    text = words(said)
    answers = [answer for rank in ranks for answer in _answers(page, head, rank)]
    wrong = []
    for what, sentence in COUNTED.items():
        number = re.search(sentence, text)
        there = sum(what in answer for answer in answers)
        is_said_of_all = number is None and what in text
        if not there if is_said_of_all else (int(number.group(1)) if number else 0) != there:
            wrong.append(f"{head}, “{text}”: {there} {what}")
    return wrong


def _answers(page: str, head: str, rank: str) -> list[str]:
    """What is said in that voice of each statement of a level."""
    part = page.partition(f'id="level-{rank}"')[2].partition("</section>")[0]
    place = re.findall(r'<th scope="col">(.*?)</th>', part).index(head) - 1
    cells = [re.findall(r"<td>(.*?)</td>", row, re.S) for row in part.split("<tr>")[2:]]
    return [words(row[place]).lower() for row in cells]


def _in_the_way(page: str, head: str) -> list[str]:
    """The levels up to the target that are neither met nor left out of the count."""
    goal = re.search(r"Target ([^:]+):", words(page))
    found = []
    for rank, name, shown in re.findall(
        r'id="level-(\d+)">\s*<h2>(.*?)</h2>(.*?)</section>', page, re.S
    ):
        state = re.search(rf"<b>{head}\.</b>(.*?)</li>", shown, re.S)
        if state and not words(state.group(1)).startswith(("Reached:", "Met,", "Too few")):
            found.append(rank)
        if goal and words(name) == goal.group(1):
            return found
    return []
