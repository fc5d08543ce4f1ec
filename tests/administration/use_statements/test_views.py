"""The page of how ratings are used: what it promises, and publishing it."""

import re

from flask import Flask

from tests.client import Client
from tests.factories.world import World

PROMISED = (
    "How long it is kept. Your records are kept while you work here\r\nand for one year after. You can "
    "take all  of them with you. You can ask for them to be erased; a date stays."
)
NOT_SET = "Your library hasn’t set yet how long records are kept."


def test_the_administrator_is_told_which_published_versions_promise_what_is_not_built(
    app: Flask, world: World, admin: Client
) -> None:
    def promising() -> list[str]:
        page = admin.get("/admin/use-statement").text
        return re.findall(r"<li>(Version \d+ of [^:]+: .*?)</li>", page)

    def publish(text: str) -> None:
        version = admin.get("/admin/use-statement").text
        base = re.search(r'name="base_version"[^>]*value="(\d+)"', version)
        assert base is not None
        form = {"base_version": base[1], "text": text}
        assert admin.post("/admin/use-statement", form).status_code == 303

    task = "Correct how ratings are used"
    assert promising() == []
    assert task not in admin.get("/").text
    publish(PROMISED)
    (line,) = promising()
    number = re.search(r"Version (\d+) of Nov 24", line)
    assert number is not None
    assert re.findall("“(.*?)”", line) == [
        "Your records are kept while you work here and for one year after.",
        "You can take all of them with you.",
        "You can ask for them to be erased",
    ]
    page = admin.get("/admin/use-statement").text
    assert "Take these sentences out below, and publish a new version." in page
    for address in ("/", "/admin"):
        said = admin.get(address).text
        assert task in said
        assert f"Version {number[1]} of Nov 24 promises what Skills Tracker can’t do yet." in said
    publish(f"How long it is kept. {NOT_SET}")
    assert promising() == [line], "it can still be read, and people read it"
    page = admin.get("/admin/use-statement").text
    assert "The newest version doesn’t say so" in page
    assert "Take these sentences out below" not in page
    assert task not in admin.get("/").text + admin.get("/admin").text


def test_two_pages_that_publish_are_told(world: World, admin: Client) -> None:
    assert (
        admin.post("/admin/use-statement", {"base_version": "1", "text": "Mine."}).status_code
        == 303
    )
    late = admin.post(
        "/admin/use-statement", {"base_version": "1", "text": "Yours, typed at length."}
    )
    assert late.status_code == 422
    assert "Yours, typed at length." in late.text
    assert 'name="base_version" type="hidden" value="2"' in late.text
