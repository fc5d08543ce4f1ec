"""What does the work behind each door that takes a form: who sends what. A door that takes forms
has a row here. Over 400 lines, as it is one list."""

import datetime as dt
import io
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select, update

from config import ROOT
from tests.client import PASSWORD
from tests.doors import DOORS, administration, drafts
from tests.doors.accounts import another_device, asked_address, new_reader
from tests.doors.door import Door
from tests.doors.frameworks import (
    a_draft,
    a_draft_with_a_new_domain,
    its_draft,
    its_version,
    published_draft,
)
from tests.doors.reviews import its_item
from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.evidence import PDF, piece
from tests.factories.notices import tell
from tests.factories.people import newer_use_statement
from tests.factories.ratings import rate
from tests.factories.reviews import endorse
from tests.factories.sides import NO, YES, actor, answer_all, send
from tests.factories.tried import mail_tried
from tests.factories.world import World
from tests.record.endorsements.test_queries_digests import behind_the_guards
from tracker.accounts.account import actions as account_actions
from tracker.administration.library.actions import set_operator
from tracker.administration.memberships import queries as memberships_queries
from tracker.administration.memberships.rules import BulkChange, BulkEdit
from tracker.administration.people import actions as people_actions
from tracker.administration.role_profiles import actions as role_profiles_actions
from tracker.administration.teams import actions as teams_actions
from tracker.administration.version_moves import queries as version_moves_queries
from tracker.assessment.imports import queries as imports_queries
from tracker.assessment.imports.forms import headings
from tracker.assessment.imports.rules import plan, read
from tracker.assessment.older import actions as older_actions
from tracker.db import session, transaction
from tracker.evidence.erasures import queries as erasures_queries
from tracker.evidence.pieces import actions as pieces_actions
from tracker.frameworks.drafts.queries import DraftedVersion, drafted
from tracker.frameworks.versions import actions as frameworks_versions_actions
from tracker.frameworks.versions.rules import VersionStatus
from tracker.models import (
    Evidence,
    Level,
    Membership,
    Notice,
    Person,
    Review,
    RoleProfile,
    RosterImport,
    Round,
    Statement,
    Team,
    UseStatement,
)
from tracker.rules.core.mail import MailOutcome
from tracker.rules.roles import Role

Data = Callable[[World], dict[str, object]]
ROSTER = b"Name,Email,Team,Job profile\nNora Fine,nora@example.org,Central,Mid-level\n"
NEW_PASSWORD = "seven lamps by the door"


@dataclass(frozen=True)
class Send:
    """`data` does the work; `arrange` and `values` are the door's own where there are none here."""

    endpoint: str
    who: str
    data: Data = lambda world: {}
    arrange: Callable[[World], object] | None = None
    values: Data | None = None

    @property
    def door(self) -> Door:
        return next(
            door for door in DOORS if (door.endpoint, door.method) == (self.endpoint, "POST")
        )

    def prepare(self, world: World) -> None:
        (self.arrange or self.door.arrange)(world)

    def address(self, world: World) -> dict[str, object]:
        return (self.values or self.door.values)(world)


def words(**data: object) -> Data:
    return lambda world: data


def no_targets(world: World) -> dict[str, object]:
    return {"name": "Page"} | {f"target_{domain}": "" for domain in world.domains.values()}


def statement(world: World) -> int:
    return world.statements["communication"][0]


def answered(world: World) -> None:
    answer_all(world, send(world, YES, NO), ReviewerAnswer.PARTLY, ReviewerAnswer.PARTLY)


def rated(world: World) -> None:
    rate(world, "ana", statement(world), YES)


LONG_AGO = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)


def rated_long_ago(world: World) -> None:
    rate(world, "ana", statement(world), YES, LONG_AGO)


def as_seen(world: World) -> dict[str, object]:
    return {f"seen-{statement(world)}": YES.value}


def kept(world: World) -> None:
    rated_long_ago(world)
    older_actions.keep(actor(world, "ana"), {statement(world): YES.value}, world.now)


def kept_now(world: World) -> dict[str, object]:
    return {"kept_at": world.now.isoformat()}


def to_sue(world: World) -> dict[str, object]:
    return {
        "reviewer": f"{world.people['sue']}-{world.teams['central']}",
        "statements": [statement(world)],
    }


def archived(world: World) -> None:
    pieces_actions.archive(actor(world, "ana"), piece(world), world.now)


def linked(world: World) -> None:
    piece(world, reasons={statement(world): "I did"})


def evidence_and_statement(world: World) -> dict[str, object]:
    return {
        "evidence_id": session().scalars(select(Evidence.id)).one(),
        "statement_id": statement(world),
        "reason": "I did",
    }


def member(world: World) -> dict[str, object]:
    return {
        "team_id": world.teams["harbour"],
        "role": "learner",
        "role_profile_id": world.role_profiles["city"],
        "starts_on": "2026-11-25",
    }


def the_same_membership(world: World) -> dict[str, object]:
    return {
        "team_id": world.teams["central"],
        "role": "learner",
        "role_profile_id": world.role_profiles["city"],
        "job": "Library Technician",
        "starts_on": "2026-01-05",
    }


def disabled(world: World) -> None:
    people_actions.disable(actor(world, "adam"), world.people["ben"], world.now)


def ben(world: World) -> dict[str, object]:
    return {"person_id": world.people["ben"]}


def add_pat(world: World) -> None:
    people_actions.add(actor(world, "adam"), "Pat", "pat@example.org", world.now)


def pat(world: World) -> dict[str, object]:
    found = select(Person.id).where(Person.email == "pat@example.org")
    return {"person_id": session().scalars(found).one()}


def pat_alone(world: World) -> dict[str, object]:
    return {"people": [pat(world)["person_id"]]}


def ben_ends(world: World) -> dict[str, object]:
    """Ben's last day, as its preview shows it."""
    edit = BulkEdit(BulkChange.END, Role.LEARNER, dt.date(2026, 12, 31))
    plan = memberships_queries.planned(
        actor(world, "adam"), [world.people["ben"]], edit, world.now.date()
    )
    return {
        "people": world.people["ben"],
        "change": "end",
        "role": "learner",
        "on": "2026-12-31",
        "seen": memberships_queries.digest(plan),
    }


def on_hold(world: World) -> None:
    people_actions.begin_legal_hold(
        actor(world, "adam"), world.people["ana"], "A letter.", world.now
    )


def second_administrator(world: World) -> None:
    people_actions.make_administrator(actor(world, "adam"), world.people["ben"], world.now)


def an_operator(world: World) -> None:
    set_operator(world.email("adam"), True, world.now)


def operated_draft(world: World) -> None:
    an_operator(world)
    a_draft(world)


def the_draft(world: World) -> DraftedVersion:
    found = drafted(int(str(its_draft(world)["draft_id"])))
    assert found is not None
    return found


def its_change(world: World) -> dict[str, object]:
    return {f"change-{the_draft(world).comparison.to_decide[0].key}": "carry"}


def by_hand(world: World) -> dict[str, object]:
    first, second = list(the_draft(world).after.statements)[:2]
    return {"statement": first.uuid, "first": second.uuid, "second": ""}


def operated_draft_with_a_new_domain(world: World) -> None:
    an_operator(world)
    a_draft_with_a_new_domain(world)


def operated_new_version(world: World) -> None:
    an_operator(world)
    published_draft(world)


def operated_hidden_version(world: World) -> None:
    operated_new_version(world)
    newest = [int(str(its_version(world)["version_id"]))]
    frameworks_versions_actions.set_status(None, newest, VersionStatus.HIDDEN, world.now)


def its_place(world: World) -> dict[str, object]:
    draft = the_draft(world)
    return {"domain": next(iter(draft.new_domains)), "before": next(iter(draft.gone_domains))}


def as_compared(world: World) -> dict[str, object]:
    return {"seen": the_draft(world).seen}


def framework_file(world: World) -> dict[str, object]:
    return {"file": (io.BytesIO(FRAMEWORK), "framework.json")}


def empty_profile(world: World) -> None:
    role_profiles_actions.create(actor(world, "adam"), world.framework_id, "Spare", {}, world.now)


def retired_profile(world: World) -> None:
    empty_profile(world)
    role_profiles_actions.retire(
        actor(world, "adam"), int(str(spare_profile(world)["role_profile_id"])), world.now
    )


def spare_profile(world: World) -> dict[str, object]:
    return {
        "role_profile_id": session()
        .scalars(select(RoleProfile.id).where(RoleProfile.name == "Spare"))
        .one()
    }


def as_checked(world: World) -> dict[str, object]:
    return {"seen": session().scalars(select(RosterImport.plan_digest)).one()}


def ends_sue(world: World) -> dict[str, object]:
    return {"people": world.people["sue"], "ends_on": "2026-11-30"}


def sensitive(world: World) -> None:
    """A statement of the framework names personal matters."""
    with behind_the_guards() as tx:
        one = Statement.id == statement(world)
        tx.execute(update(Statement).where(one).values(sensitive=True))


def with_labels(world: World) -> None:
    """The framework names its roles."""
    with transaction() as tx:
        for level in tx.scalars(select(Level)):
            level.role_label = f"Role {level.rank}"


def empty_team(world: World) -> None:
    teams_actions.add(actor(world, "adam"), world.teams["city"], "Spare", world.now)


def closed_team(world: World) -> None:
    empty_team(world)
    teams_actions.close(actor(world, "adam"), int(str(spare_team(world)["team_id"])), world.now)


def spare_team(world: World) -> dict[str, object]:
    return {"team_id": session().scalars(select(Team.id).where(Team.name == "Spare")).one()}


def newest_use_statement(world: World) -> dict[str, object]:
    return {
        "use_statement_id": session()
        .scalars(
            select(UseStatement.id).where(
                UseStatement.library_id == world.libraries["city"], UseStatement.version == 2
            )
        )
        .one()
    }


def gone(world: World) -> None:
    account_actions.leave(actor(world, "ana"), world.now.date(), world.now)


def waiting_mail(world: World) -> None:
    mail_tried(world, outcome=MailOutcome.TAKEN)


def hugo_in_central(world: World) -> None:
    """A second supervisor of Ana."""
    with transaction() as tx:
        tx.add(
            Membership(
                person_id=world.people["hugo"],
                team_id=world.teams["central"],
                role="supervisor",
                starts_on=world.now.date(),
            )
        )


def with_hugo(world: World) -> None:
    hugo_in_central(world)
    send(world, YES, NO)


def endorsed_by_sue(world: World) -> None:
    hugo_in_central(world)
    rate(world, "ana", statement(world), YES)
    endorse(world, "ana", "sue", statement(world), EndorsedAnswer.PARTLY)


def to_hugo(world: World) -> dict[str, object]:
    reviews = session().scalars(select(Review.id)).one()
    return {"reviews": reviews, "reviewer": world.people["hugo"], "note": "She knows the desk."}


def hugo_there(world: World) -> dict[str, object]:
    return {"reviewer": f"{world.people['hugo']}-{world.teams['central']}"}


def one_card(world: World) -> dict[str, object]:
    """One of a screen of items."""
    key = its_item(world)["item_id"]
    return {
        f"answer-{key}": "partly",
        f"ground-{key}": "saw_it",
        f"base_version-{key}": 1,
        "act": "later",
    }


def unread_notice(world: World) -> None:
    tell(world, "ana")


def newest_notice(world: World) -> dict[str, object]:
    return {"newest": session().scalars(select(Notice.id)).one()}


LIST = "Code,Your answer\nCOM-1-01,partly\n"


def the_list(world: World) -> dict[str, object]:
    """As its check page shows it."""
    who = actor(world, "ana")
    found = imports_queries.targets(who, world.framework_id)
    listed = read(LIST, headings(), found.answers)
    shown = plan(listed, found.statements, found.answers, who.today(world.now), who.time_zone)
    return {"text": LIST, "seen": shown.digest()}


def grid_row(world: World) -> dict[str, object]:
    key = statement(world)
    return {f"answer-{key}": "partly", f"shown-{key}": "", f"base_version-{key}": "0"}


FRAMEWORK = (ROOT / "tests" / "data" / "frameworks" / "five-levels.json").read_bytes()


def pdf(world: World) -> dict[str, object]:
    return {"title": "Scanned", "file": (io.BytesIO(PDF), "plan.pdf")}


def after_the_round(world: World) -> None:
    """Another version is published, and the round of the one before is over."""
    administration.another_version(world)
    with transaction() as tx:
        tx.get_one(Round, world.rounds["city"]).ends_on = world.now.date() - dt.timedelta(days=1)


def as_previewed(world: World) -> dict[str, object]:
    library_id, today = world.libraries["city"], world.now.date()
    (framework,) = version_moves_queries.frameworks(library_id, today)
    return {"seen": version_moves_queries.digest(library_id, framework.moves[0].to, today)}


def unsent(world: World) -> dict[str, object]:
    return {"seen": erasures_queries.unsent(world.people["ana"]).digest()}


SENDS = [
    Send("accounts.unlock", "ana", words(current=PASSWORD)),
    Send("own_record.make", "ana"),
    Send("own_record.erase", "ana", unsent, arrange=drafts.of_ana),
    Send("accounts.change_password", "ana", words(current=PASSWORD, new=NEW_PASSWORD)),
    Send("accounts.come_back", "ana", arrange=gone),
    Send("accounts.cover", "ana", words(covers_screen="y")),
    Send("accounts.end_sign_in", "ana"),
    Send("accounts.leave", "ana", words(until_on="2026-12-03")),
    Send("accounts.mail_choice", "ana", words(mail="each")),
    Send("accounts.second_opinions", "sue", words(gives_second_opinions="y")),
    Send("accounts.rename", "ana", words(name="Ana Maria")),
    Send(
        "admin.library_save",
        "adam",
        words(
            name="City", time_zone="UTC", region="GB", paper="a4", review_days=7, differences_days=7
        ),
    ),
    Send("admin_mail.again", "adam"),
    Send("admin_mail.arrived", "adam", words(code="ABC234"), waiting_mail),
    Send("admin_mail.test", "adam"),
    Send("admin_memberships.create", "adam", member),
    Send("admin_memberships.end", "adam", words(**{"end-ends_on": "2026-11-30"})),
    Send("admin_memberships.update", "adam", the_same_membership),
    Send(
        "admin_exclusions.leave_out",
        "adam",
        lambda world: {"statements": [statement(world)], "reason": "Not here."},
    ),
    Send("access_review.confirm", "adam"),
    Send(
        "libraries.create",
        "adam",
        words(
            library="Lake Library",
            time_zone="America/Chicago",
            region="US",
            paper="letter",
            name="Lena",
            email="lena@example.org",
        ),
        arrange=an_operator,
    ),
    Send("admin_exclusions.lift", "adam"),
    Send("legal_holds.begin", "adam", words(why="A letter of November 20.")),
    Send("legal_holds.end", "adam", arrange=on_hold),
    Send("admin_people.create", "adam", words(name="New", email="new@example.org")),
    Send("admin_people.disable", "adam", values=ben),
    Send("account_removal.remove", "adam"),
    Send(
        "membership_flows.move_now",
        "adam",
        lambda world: member(world) | {"starts_on": "2026-11-30"},
    ),
    Send("membership_flows.come_back_now", "adam", member, arrange=disabled, values=ben),
    Send("accounts.object_to_merge", "ana", arrange=administration.a_merge),
    Send("bulk_edits.apply", "adam", ben_ends),
    Send("admin_people.enable", "adam", arrange=disabled, values=ben),
    Send("admin_people.make_administrator", "adam", values=ben),
    Send("admin_people.new_link", "adam"),
    Send("admin_people.unmake_administrator", "adam", arrange=second_administrator, values=ben),
    Send("version_moves.move", "adam", as_previewed, after_the_round),
    Send("version_moves.plan", "adam"),
    Send("version_moves.cancel", "adam"),
    Send("rosters.upload", "adam", lambda world: {"file": (io.BytesIO(ROSTER), "staff.csv")}),
    Send("rosters.choose", "adam", words(**{"column-0": "name", "column-1": "email"})),
    Send("rosters.answer", "adam", words(makes_teams="y")),
    Send("rosters.bring_in", "adam", as_checked),
    Send("rosters.end", "adam", ends_sue, arrange=administration.an_imported_roster),
    Send("rosters.discard", "adam"),
    Send("admin_people.update", "adam", words(name="Ana Maria", email="ana@example.org")),
    Send("admin_role_profiles.create", "adam", no_targets),
    Send("admin_role_profiles.restore", "adam", arrange=retired_profile, values=spare_profile),
    Send("admin_role_profiles.retire", "adam", arrange=empty_profile, values=spare_profile),
    Send("admin_role_profiles.start", "adam", arrange=with_labels),
    Send(
        "admin_sensitive.decide",
        "adam",
        lambda world: {f"decision_{statement(world)}": "leave_out"},
        arrange=sensitive,
    ),
    Send("admin_role_profiles.update", "adam", no_targets),
    Send(
        "admin_rounds.create",
        "adam",
        lambda world: {
            "name": "Spring",
            "framework_ids": world.framework_id,
            "starts_on": "2027-02-01",
            "ends_on": "2027-03-01",
        },
    ),
    Send(
        "admin_rounds.update",
        "adam",
        lambda world: {
            "name": "Fall",
            "framework_ids": world.framework_id,
            "starts_on": "2026-10-01",
            "ends_on": "2026-12-11",
        },
    ),
    Send("admin_teams.close", "adam", arrange=empty_team, values=spare_team),
    Send(
        "admin_teams.create",
        "adam",
        lambda world: {"name": "Annex", "parent_id": world.teams["city"]},
    ),
    Send("admin_teams.reopen", "adam", arrange=closed_team, values=spare_team),
    Send(
        "admin_teams.update",
        "adam",
        lambda world: {"name": "Main", "parent_id": world.teams["city"]},
    ),
    Send("admin_use_statement.publish", "adam", words(text="Anew.", base_version=1)),
    Send("assessment.save", "ana", words(answer="partly", base_version=0)),
    Send("assessment_grid.save", "ana", grid_row),
    Send("assessment_page.save", "ana", grid_row),
    Send("own_readers.open_", "ana"),
    Send("own_readers.object_", "ana"),
    Send(
        "readers.open_chosen",
        "adam",
        lambda world: {"reader": world.people["hugo"]},
        arrange=new_reader,
    ),
    Send("readers.decide", "adam", words(decision="opened")),
    Send("corrections.close", "adam", words(outcome="Mended.")),
    Send("endorsements.revoke", "sue", words(reason="I had mixed it up.")),
    Send("erasures.erase", "ana", words(reason="names_patron")),
    Send("evidence.archive", "ana"),
    Send("drafts.discard", "ana"),
    Send("jobs.discard", "ana"),
    Send("teams.make_people_file", "sue"),
    Send("team_rounds.remind", "cora", lambda world: {"people": str(world.people["ben"])}),
    Send("evidence.bring_back", "ana", arrange=archived),
    Send("evidence.choose_now", "ana", lambda world: {"statement": statement(world)}),
    Send("evidence.create", "ana", pdf),
    Send("evidence.jot", "ana", words(line="Trained two pages")),
    Send("evidence.link", "ana", evidence_and_statement, arrange=piece),
    Send(
        "evidence.unlink", "ana", lambda world: {"statement_id": statement(world)}, arrange=linked
    ),
    Send("evidence.update", "ana", words(title="Another", version=1)),
    Send(
        "differences.choose",
        "ana",
        lambda world: {
            "act": "confirm",
            f"choice-{its_item(world)['item_id']}": "agree:partly",
            f"reason-{its_item(world)['item_id']}": "We talked.",
        },
    ),
    Send("differences.take_back", "ana"),
    Send("differences.undo_keep_apart", "ana"),
    Send("differences.thank", "ana", words(text="Thank you, Sue.")),
    Send("differences.withdraw_thanks", "ana"),
    Send("exceptions.confirm", "ana"),
    Send("exceptions.propose", "sue", words(reason="Done elsewhere.")),
    Send("exceptions.withdraw", "sue", words(reason="It is done here now.")),
    Send("framework_drafts.upload", "adam", framework_file, arrange=an_operator),
    Send("framework_drafts.start", "adam", words(slug="small", version="2"), arrange=an_operator),
    Send("framework_drafts.decide", "adam", its_change, arrange=operated_draft),
    Send("framework_drafts.match", "adam", by_hand, arrange=operated_draft),
    Send("framework_drafts.place", "adam", its_place, arrange=operated_draft_with_a_new_domain),
    Send("framework_drafts.publish", "adam", as_compared, arrange=operated_draft),
    Send("framework_drafts.discard", "adam", arrange=operated_draft),
    Send("framework_versions.hide", "adam", arrange=an_operator),
    Send("framework_versions.hide_all", "adam", arrange=an_operator),
    Send("framework_versions.show_again", "adam", arrange=operated_hidden_version),
    Send("framework_versions.withdraw", "adam", arrange=operated_new_version),
    Send("system.set_editor", "adam", words(email="ana@example.org"), arrange=an_operator),
    Send("frameworks.correct", "", words(text="A word is wrong.")),
    Send("handovers.give", "sue", to_hugo, with_hugo),
    Send("handovers.end_deputy", "sue"),
    Send("dashboard.updates", "ana", words(**{"from": "today"})),
    Send("dashboard.use_statement_read", "ana", newest_use_statement, arrange=newer_use_statement),
    Send("notices.read", "ana", newest_notice, unread_notice),
    Send("profiles.ready", "ana", words(ready="yes")),
    Send("rating_lists.store", "ana", the_list),
    Send("reviews.answer", "sue", words(answer="partly", ground="saw_it", note="", version=1)),
    Send("reviews.drop", "ana"),
    Send(
        "reviews.next_step",
        "sue",
        lambda world: {"text": "Shadow Tom", "owner": world.people["ana"], "due_on": "2026-12-24"},
    ),
    Send("reviews.one_more_week", "ana"),
    Send("reviews.reply", "ana", words(text="At the desk.")),
    Send("reviews.reveal", "sue", words(version=4), arrange=answered),
    Send("older_ratings.keep", "ana", as_seen, arrange=rated_long_ago),
    Send("older_ratings.undo", "ana", kept_now, arrange=kept),
    Send("reviews.send", "ana", to_sue, arrange=rated),
    Send("reviews.step_done", "ana"),
    Send("reviews.withdraw", "ana"),
    Send("accounts.end_other_sign_ins", "ana", arrange=another_device),
    Send("given_links.confirm", "sue"),
    Send("given_links.disown", "ana"),
    Send("given_links.make_code", "ana", words(current=PASSWORD)),
    Send("address_changes.ask", "ana", words(email="a@example.org", current=PASSWORD)),
    Send("address_changes.withdraw", "lea", arrange=asked_address),
    Send("people_invitations.send", "adam", pat_alone, arrange=add_pat),
    Send(
        "sign_in_settings.save",
        "adam",
        words(invitation_days=30, invites_from=7, invites_until=19, idle_minutes=30),
    ),
    Send("second_opinions.send", "ana", hugo_there, endorsed_by_sue),
    Send("batch_review.answer_screen", "sue", one_card),
    Send("batch_review.answer_statement", "sue", one_card),
]

WITHOUT_A_KEY = {
    "accounts.sign_in_now": "it makes a sign-in of its own each time",
    "accounts.sign_out": "there is nobody signed in afterwards",
    "front.try_as": "it makes a sign-in of its own each time",
    "drafts.save": "the script sends JSON, and the same text again changes nothing",
    "address_changes.confirm": "the link can be used once",
    "address_changes.take_back": "the link can be used once",
    "invitations.accept": "the link can be used once",
    "password_resets.ask": "whoever asks again is mailed again, after a wait",
    "rating_lists.check": "nothing is stored",
    "rating_lists.edit": "nothing is stored",
    "batch_review.save": "the script sends JSON, and the same answer again changes nothing",
}
"""Doors that take a form and have no row above, and why."""
