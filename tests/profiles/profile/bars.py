"""The bars of a profile, read from its HTML."""

import re
from collections.abc import Callable

from tests.client import Client

SignIn = Callable[[str], Client]


def bar(page: str, domain: str, voice: str) -> str:
    """What a screen reader hears beside one bar: level reached, target, next level."""
    rows = re.search(rf"<tbody>(?:(?!<tbody>).)*?>{domain}</a>.*?</tbody>", page, re.S)
    assert rows is not None, domain
    found = re.search(rf'scope="row">{voice}</th>(.*?)</tr>', rows.group(), re.S)
    assert found is not None, voice
    cells = re.findall(r"<td[^>]*>(.*?)(?:</td>|<span class=\"bar-next\">)", found.group(1), re.S)
    cells += re.findall(r'<span class="bar-next">(.*?)</td>', found.group(1), re.S)
    return " | ".join(" ".join(re.sub(r"<[^>]+>", "", cell).split()) for cell in cells)
