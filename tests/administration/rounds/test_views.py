"""Rounds on the administrator's pages."""

from tests.administration.stored import HUGE
from tests.client import Client
from tests.factories.world import World


def test_rounds_on_the_page(world: World, admin: Client) -> None:
    right = {
        "name": "Spring",
        "framework_ids": world.framework_id,
        "starts_on": "2027-03-01",
        "ends_on": "2027-05-01",
    }
    for change in (
        {"name": ""},
        {"framework_ids": HUGE},
        {"framework_ids": ""},
        {"starts_on": "x"},
        {"ends_on": "2027-02-01"},
        {"starts_on": "2026-12-01"},
        {"name": "Autumn 2026"},
        {"ends_on": "9999-01-01"},
    ):
        response = admin.post("/admin/rounds", {**right, **change})
        assert response.status_code == 422, change
    assert "Autumn 2026" in admin.post("/admin/rounds", {**right, "starts_on": "2026-12-01"}).text
    assert admin.post("/admin/rounds", right).status_code == 303
    assert (
        admin.post(f"/admin/rounds/{world.rounds['city']}", {**right, "name": "Moved"}).status_code
        == 422
    )
