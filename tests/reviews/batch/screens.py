"""The screens of a batch: their addresses, their fields, and what became of the items."""

from collections.abc import Callable
from html.parser import HTMLParser

from flask import Flask

from tests.client import Client
from tests.factories.answers import ReviewerAnswer
from tests.factories.sides import items
from tests.factories.world import World

SignIn = Callable[[str], Client]
SAYS_PART, SAYS_NO = ReviewerAnswer.PARTLY, ReviewerAnswer.NOT_YET


class BatchForm(HTMLParser):
    """What a browser would send of the screen as it is: its form's fields."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._text: str | None = None
        self.feed(page.partition("data-batch>")[2].partition("</form>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        name = found.get("name", "")
        if tag == "textarea":
            self._text, self.fields[name] = name, ""
        elif tag == "input" and (found["type"] == "hidden" or "checked" in found):
            self.fields[name] = found["value"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._text = None

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self.fields[self._text] += data


def fields(page: str) -> dict[str, str]:
    found = BatchForm(page).fields
    assert found.pop("csrf_token")
    assert found.pop("form_key")
    return found


def screen(review_id: int, number: int = 1) -> str:
    return f"/reviews/{review_id}/screen/{number}"


def by_statement(world: World, number: int = 0) -> str:
    return f"/reviews/by-statement/{world.statements['communication'][number]}"


def statuses(app: Flask, review_id: int) -> list[str]:
    with app.app_context():
        return [item.status for item in items(review_id)]
