from sqlalchemy import func, select

from tests.doors.door import Door
from tests.factories.sides import actor
from tests.factories.versions import next_version
from tests.factories.world import World, add
from tracker.administration.accounts import actions as accounts_actions
from tracker.administration.people import actions as people_actions
from tracker.administration.roster import (
    actions as roster_actions,
    queries as roster_queries,
    rules_files as roster_rules_files,
)
from tracker.administration.version_moves import actions as version_moves_actions
from tracker.db import transaction
from tracker.models import Framework, Membership, NotRatedHere, OutboxMail, RosterImport
from tracker.models.record.words import skill_of

ADMIN = "302 403 403 403 403 403 403 200 403"
ADMIN_POST = "401 403 403 403 403 403 403 422 403"
OPERATOR = "302 403 403 403 403 403 403 403 403"
"""See `test_an_operator_has_the_system_and_nobodys_record`."""
ITS_RECORD = "302 404 404 404 404 404 404 200 404"
ITS_RECORD_POST = "401 404 404 404 404 404 404 422 404"
ITS_BUTTON = "401 404 404 404 404 404 404 303 404"
"""A button answers the administrator with a redirect, done or refused."""


def ana(world: World) -> dict[str, object]:
    return {"person_id": world.people["ana"]}


def central(world: World) -> dict[str, object]:
    return {"team_id": world.teams["central"]}


def role_profile(world: World) -> dict[str, object]:
    return {"role_profile_id": world.role_profiles["city"]}


def round_(world: World) -> dict[str, object]:
    return {"round_id": world.rounds["city"]}


def membership(world: World) -> dict[str, object]:
    """Ana's in Central."""
    mine = Membership.person_id == world.people["ana"], Membership.team_id == world.teams["central"]
    with transaction() as tx:
        return {"membership_id": tx.scalars(select(Membership.id).where(*mine)).one()}


def leave_out(world: World) -> None:
    statement_id = world.statements["technical"][0]
    with transaction() as tx:
        add(
            tx,
            NotRatedHere(
                library_id=world.libraries["city"],
                skill_id=skill_of(statement_id),
                reason="Not here.",
                set_at=world.now,
                set_by_id=world.people["adam"],
            ),
        )


def left_out(world: World) -> dict[str, object]:
    with transaction() as tx:
        return {"not_rated_id": tx.scalars(select(NotRatedHere.id)).one()}


def a_mail(world: World) -> None:
    """One to Ana that nobody knows of whether it went out."""
    with transaction() as tx:
        add(
            tx,
            OutboxMail(
                person_id=world.people["ana"],
                token="t",
                status="unsure",
                attempts=1,
                made_at=world.now,
                next_try_at=world.now,
                ended_at=world.now,
                reason="mail_lost",
            ),
        )


def mail_id(world: World) -> dict[str, object]:
    with transaction() as tx:
        return {"mail_id": tx.scalars(select(OutboxMail.id)).one()}


def a_roster(world: World) -> None:
    """Adam uploaded one with Ana and somebody new."""
    roster_actions.stage(actor(world, "adam"), roster_file(), world.now)


def roster_file() -> roster_rules_files.RosterFile:
    lines = "Name,Email,Team,Job profile", "Ana,ana@example.org,Central,Mid-level"
    new = "Nora Fine,nora@example.org,Central,Mid-level"
    return roster_rules_files.read("staff.csv", "\n".join([*lines, new]).encode())


def an_imported_roster(world: World) -> None:
    a_roster(world)
    found, _by = roster_queries.recent(actor(world, "adam"))[0]
    roster_actions.bring_in(actor(world, "adam"), found.id, found.plan_digest, world.now)


def a_merge(world: World) -> None:
    """Adam says that Ana is Ben too."""
    ana, ben = world.people["ana"], world.people["ben"]
    accounts_actions.merge(actor(world, "adam"), ana, ben, world.now, dry_run=False)


def never_in(world: World) -> None:
    """Nora, who never signed in."""
    world.people["nora"], _token = people_actions.add(
        actor(world, "adam"), "Nora", "nora@example.org", world.now
    )


def nora(world: World) -> dict[str, object]:
    return {"person_id": world.people["nora"]}


def a_planned_move(world: World) -> None:
    version_id = next_version(world).framework_id
    version_moves_actions.plan(actor(world, "adam"), world.libraries["city"], version_id, world.now)


def another_version(world: World) -> None:
    next_version(world)


def newest_version(world: World) -> dict[str, object]:
    with transaction() as tx:
        return {"version_id": tx.scalar(select(func.max(Framework.id)))}


def roster_id(world: World) -> dict[str, object]:
    with transaction() as tx:
        return {"roster_id": tx.scalars(select(RosterImport.id)).one()}


DOORS = [
    Door("version_moves.index", ADMIN),
    Door("version_moves.show", ADMIN, values=newest_version, arrange=another_version),
    *(
        Door(
            f"version_moves.{act}",
            ADMIN_POST.replace("422", "303"),
            "POST",
            newest_version,
            arrange=arrange,
        )
        for act, arrange in (
            ("move", another_version),
            ("plan", another_version),
            ("cancel", a_planned_move),
        )
    ),
    Door("rosters.index", ADMIN),
    Door("rosters.upload", ADMIN_POST, "POST"),
    Door("rosters.export", ADMIN),
    Door("rosters.show", ITS_RECORD, values=roster_id, arrange=a_roster),
    Door("rosters.to_fix", ITS_RECORD, values=roster_id, arrange=a_roster),
    Door("rosters.not_in_file", ITS_RECORD, values=roster_id, arrange=a_roster),
    Door("rosters.columns", ITS_RECORD, values=roster_id, arrange=a_roster),
    Door("rosters.choose", ITS_BUTTON, "POST", roster_id, arrange=a_roster),
    Door("rosters.answer", ITS_BUTTON, "POST", roster_id, arrange=a_roster),
    Door("rosters.bring_in", ITS_BUTTON, "POST", roster_id, arrange=a_roster),
    Door("rosters.end", ITS_RECORD_POST, "POST", roster_id, arrange=a_roster),
    Door(
        "rosters.discard",
        "401 404 404 404 404 404 404 303 404",
        "POST",
        roster_id,
        arrange=a_roster,
    ),
    Door("access_review.index", ADMIN),
    Door("access_review.table", ADMIN),
    Door("access_review.confirm", "401 403 403 403 403 403 403 303 403", "POST"),
    Door("admin.index", ADMIN),
    Door("admin.library", ADMIN),
    Door("admin.library_save", ADMIN_POST, "POST"),
    Door("admin_audit.index", ADMIN),
    Door("admin_backup.index", OPERATOR),
    Door("system.index", OPERATOR),
    Door("system.set_editor", "401 403 403 403 403 403 403 403 403", "POST"),
    Door("libraries.new", OPERATOR),
    Door("libraries.create", "401 403 403 403 403 403 403 403 403", "POST"),
    Door("admin_mail.again", ITS_BUTTON, "POST", mail_id, arrange=a_mail),
    Door("admin_mail.arrived", ADMIN_POST, "POST"),
    Door("admin_mail.index", ADMIN),
    Door("admin_mail.test", "401 403 403 403 403 403 403 303 403", "POST"),
    Door("admin_memberships.create", ITS_RECORD_POST, "POST", ana),
    Door("admin_memberships.edit", ITS_RECORD, values=membership),
    Door("admin_memberships.end", ITS_RECORD_POST, "POST", membership),
    Door("admin_memberships.new", ITS_RECORD, values=ana),
    Door("admin_memberships.update", ITS_RECORD_POST, "POST", membership),
    Door("admin_exclusions.index", ADMIN),
    Door("admin_exclusions.leave_out", ADMIN_POST, "POST"),
    Door("admin_exclusions.lift", ITS_BUTTON, "POST", left_out, arrange=leave_out),
    Door("legal_holds.begin", ITS_RECORD_POST, "POST", ana),
    Door("legal_holds.end", ITS_BUTTON, "POST", ana),
    Door("legal_holds.show", ITS_RECORD, values=ana),
    Door("admin_people.create", ADMIN_POST, "POST"),
    Door(
        "admin_people.disable",
        ITS_BUTTON,
        "POST",
        lambda world: {"person_id": world.people["adam"]},
    ),
    Door("bulk_edits.edit", "302 403 403 403 403 403 403 303 403"),
    Door("bulk_edits.apply", ADMIN_POST, "POST"),
    Door("membership_flows.move", ITS_RECORD, values=membership),
    Door("membership_flows.move_now", ITS_RECORD_POST, "POST", membership),
    Door("membership_flows.come_back", ITS_RECORD, values=ana),
    Door("membership_flows.come_back_now", ITS_RECORD_POST, "POST", ana),
    Door("account_removal.show", ITS_RECORD, values=nora, arrange=never_in),
    Door("account_removal.remove", ITS_BUTTON, "POST", nora, arrange=never_in),
    Door("admin_people.edit", ITS_RECORD, values=ana),
    Door("admin_people.enable", ITS_BUTTON, "POST", ana),
    Door("admin_people.index", ADMIN),
    Door("admin_people.make_administrator", ITS_BUTTON, "POST", ana),
    Door("admin_people.new", ADMIN),
    Door("admin_people.new_link", "401 404 404 404 404 404 404 200 404", "POST", ana),
    Door("admin_people.show", ITS_RECORD, values=ana),
    Door("admin_people.unmake_administrator", ITS_BUTTON, "POST", ana),
    Door("admin_people.update", ITS_RECORD_POST, "POST", ana),
    Door("admin_role_profiles.create", ADMIN_POST, "POST"),
    Door("admin_role_profiles.edit", ITS_RECORD, values=role_profile),
    Door("admin_role_profiles.index", ADMIN),
    Door("admin_role_profiles.new", ADMIN),
    Door("admin_role_profiles.restore", ITS_BUTTON, "POST", role_profile),
    Door("admin_role_profiles.retire", ITS_BUTTON, "POST", role_profile),
    Door("admin_role_profiles.start", "401 403 403 403 403 403 403 303 403", "POST"),
    Door("admin_role_profiles.update", ITS_RECORD_POST, "POST", role_profile),
    Door("admin_rounds.create", ADMIN_POST, "POST"),
    Door("admin_rounds.edit", ITS_RECORD, values=round_),
    Door("admin_rounds.index", ADMIN),
    Door("admin_rounds.new", ADMIN),
    Door("admin_rounds.update", ITS_RECORD_POST, "POST", round_),
    Door("admin_sensitive.decide", "401 403 403 403 403 403 403 303 403", "POST"),
    Door("admin_sensitive.index", ADMIN),
    Door("admin_teams.close", ITS_BUTTON, "POST", central),
    Door("admin_teams.create", ADMIN_POST, "POST"),
    Door("admin_teams.edit", ITS_RECORD, values=central),
    Door("admin_teams.index", ADMIN),
    Door("admin_teams.new", ADMIN),
    Door("admin_teams.reopen", ITS_BUTTON, "POST", central),
    Door("admin_teams.update", ITS_RECORD_POST, "POST", central),
    Door("admin_use_statement.publish", ADMIN_POST, "POST"),
    Door("admin_use_statement.show", ADMIN),
]
