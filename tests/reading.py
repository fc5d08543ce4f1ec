"""What a page says, as it is read."""

import html
import re


def words(page: str) -> str:
    """The text of its main part."""
    return plain(page.partition("<main")[2].partition("</main>")[0])


def plain(markup: str) -> str:
    """The text without marks, with single spaces."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())
