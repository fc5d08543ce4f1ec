"""The app can be installed: its manifest, and icons that are those of the drawing."""

import json
import re
import struct
from urllib.parse import urljoin

import pytest

from tests.client import Client
from tests.docs.icons import SIZES, STATIC, icon, place


@pytest.mark.parametrize("size", SIZES)
def test_an_icon_is_the_drawing_as_it_is_now(size: int) -> None:
    kept = place(size).read_bytes()
    assert struct.unpack(">II", kept[16:24]) == (size, size)
    assert kept == icon(size), "run make icons"


def test_another_drawing_is_found() -> None:
    assert place(192).read_bytes() != icon(193)


def test_a_page_names_the_manifest_and_the_manifest_names_icons_that_are_served(
    client: Client,
) -> None:
    found = re.search(r'<link rel="manifest" href="([^"]+)">', client.get("/login").text)
    assert found is not None
    with client.http.get(found[1]) as served:
        assert served.status_code == 200
        assert served.mimetype == "application/manifest+json"
        manifest = json.loads(served.text)
    assert {urljoin(found[1], manifest[name]) for name in ("start_url", "scope")} == {"/"}
    assert manifest["display"] == "standalone"
    for each in manifest["icons"]:
        with client.http.get(f"{found[1].rsplit('/', 1)[0]}/{each['src']}") as served:
            assert served.status_code == 200


def test_no_script_keeps_pages() -> None:
    """A service worker could show a person's page after they signed out."""
    scripts = STATIC.rglob("*.js")
    assert [path.name for path in scripts if "serviceWorker" in path.read_text()] == []
