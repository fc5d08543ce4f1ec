"""Rounds on the administrator's pages."""

from tests.client import Client
from tests.factories.world import World


def test_rounds_on_the_page(world: World, admin: Client) -> None:
    right = {
        "name": "Spring",
        "framework_ids": world.framework_id,
        "starts_on": "2027-03-01",
        "ends_on": "2027-05-01",
    }
    overlapping = admin.post("/admin/rounds", {**right, "starts_on": "2026-12-01"})
    assert (overlapping.status_code, "Autumn 2026" in overlapping.text) == (422, True)
    unknown = admin.post("/admin/rounds", {**right, "framework_ids": 2**31 - 1})
    assert "isn’t on the list. Choose again." in unknown.text
    assert admin.post("/admin/rounds", right).status_code == 303
    assert (
        admin.post(f"/admin/rounds/{world.rounds['city']}", {**right, "name": "Moved"}).status_code
        == 422
    )
