"""The page of a job profile: its targets."""

from flask import Flask
from sqlalchemy import func, select, update

from tests.administration.stored import HUGE
from tests.client import Client
from tests.factories.world import World
from tracker.db import db, transaction
from tracker.models import Strand, Target


def test_a_list_that_did_not_arrive_empties_no_target(
    app: Flask, world: World, admin: Client
) -> None:
    def targets() -> int:
        with app.app_context():
            db.session.remove()
            mine = Target.role_profile_id == world.role_profiles["city"]
            return db.session.scalar(select(func.count(Target.id)).where(mine)) or 0

    before = targets()
    refused = admin.post(f"/admin/role-profiles/{world.role_profiles['city']}", {"name": "Mid"})
    assert refused.status_code == 422
    assert "This list did not arrive." in refused.text
    assert targets() == before > 0


def test_targets_are_set_on_the_page(app: Flask, world: World, admin: Client) -> None:
    address = f"/admin/role-profiles/{world.role_profiles['city']}"
    technical, leadership = (
        f"target_{world.domains[name]}" for name in ("technical", "leadership")
    )
    same = {f"target_{domain_id}": "2" for domain_id in world.domains.values()}
    assert admin.post(address, {"name": "Kept", **same, technical: "5"}).status_code == 422
    assert (
        admin.post(
            address, {"name": "Mid-level", **same, technical: "3", leadership: ""}
        ).status_code
        == 303
    )
    with app.app_context():
        targets = dict(
            db.session.execute(
                select(Target.domain_key, Target.rank).where(
                    Target.role_profile_id == world.role_profiles["city"]
                )
            ).all()
        )
    assert targets == {"technical": 3, "communication": 2}
    assert admin.post("/admin/role-profiles/start", {"framework": HUGE}).status_code == 404
    assert admin.get("/admin/role-profiles/new?framework=x").status_code == 404


def test_targets_in_traits_ask_for_a_reason(app: Flask, world: World, admin: Client) -> None:
    with app.app_context(), transaction() as tx:
        tx.execute(update(Strand).where(Strand.key == "durable").values(targets_need_reason=True))
    address = f"/admin/role-profiles/{world.role_profiles['city']}"
    assert "none is on record" in admin.get(address).text
    same = {f"target_{domain_id}": "2" for domain_id in world.domains.values()}
    refused = admin.post(address, {"name": "Mid-level", **same})
    assert refused.status_code == 422
    assert "Enter the reason for the targets in this section" in refused.text
    why = "Every branch trains for them."
    assert (
        admin.post(address, {"name": "Mid-level", **same, "targets_reason": why}).status_code == 303
    )
    page = admin.get(address).text
    assert f">\r\n{why}</textarea>" in page
    assert "none is on record" not in page
    assert why in admin.get("/admin/audit").text
