"""What a library needs on its first day, in words: for the administrators' page and, until all is
done, for Today."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _, ngettext

from tracker.administration.library.queries import SetupProgress
from tracker.administration.use_statements.rules import unkept
from tracker.models import BackupTest, MailTest
from tracker.rules.core.mail import MailOutcome
from tracker.web.ui.templating.dates import ago, day


@dataclass(frozen=True, slots=True)
class Task:
    """A line of the first-day list. `note` says how far it is, `href` is where it is done."""

    title: str
    note: str
    href: str
    done: bool


def setup_checklist(has: SetupProgress, *, operates: bool) -> list[Task]:
    """In the order in which one needs the other. Backups are of the whole installation, so they
    are for its operators."""
    tasks = [
        _use_statement(has),
        Task(
            _("Set up teams"),
            ngettext(
                "%(num)d team below the library.", "%(num)d teams below the library.", has.teams
            )
            if has.teams
            else _("Branches and departments, each below the one it belongs to."),
            url_for("admin_teams.index"),
            has.teams > 0,
        ),
        Task(
            _("Set targets for each job"),
            _targets(has),
            url_for("admin_role_profiles.index"),
            has.targets > 0,
        ),
        Task(
            _("Decide about statements on personal matters"),
            ngettext(
                "%(num)d statement is not rated until you decide.",
                "%(num)d statements are not rated until you decide.",
                has.undecided,
            )
            if has.undecided
            else _("All decided."),
            url_for("admin_sensitive.index"),
            not has.undecided,
        ),
        Task(
            _("Add people"),
            ngettext("%(num)d person besides you.", "%(num)d people besides you.", has.people)
            if has.people
            else _("Each gets a one-time link with which they set their own password."),
            url_for("admin_people.index"),
            has.people > 0,
        ),
        Task(
            _("Put people in teams"),
            _(
                "Learners: %(learners)s. Supervisors: %(supervisors)s.",
                learners=has.learners,
                supervisors=has.supervisors,
            )
            if has.learners or has.supervisors
            else _(
                "Who learns where, and who supervises. One person may do both, in different teams."
            ),
            url_for("admin_people.index"),
            has.learners > 0 and has.supervisors > 0,
        ),
        Task(
            _("Open a round"),
            ngettext(
                "%(num)d round is running or to come.",
                "%(num)d rounds are running or to come.",
                has.rounds,
            )
            if has.rounds
            else _(
                "The dates when your library rates and reviews, so that two rounds can be compared."
            ),
            url_for("admin_rounds.index"),
            has.rounds > 0,
        ),
        Task(
            _("Send a test message"),
            _mail(has.mail),
            url_for("admin_mail.index"),
            has.mail is not None and has.mail.outcome is MailOutcome.ARRIVED,
        ),
    ]
    if operates:
        tasks.append(
            Task(
                _("Try out a backup"),
                _backup(has.backup),
                url_for("admin_backup.index"),
                has.backup is not None and not has.backup.findings,
            )
        )
    return tasks


def _use_statement(has: SetupProgress) -> Task:
    title, version = _("Publish how ratings are used"), has.use_statement
    note = _("People read what ratings are for, and who reads them, before they rate anything.")
    is_kept = version is not None and not unkept(version.text)
    if version is not None:
        note = _("Version %(number)s is published.", number=version.version)
    if version is not None and not is_kept:
        title = _("Correct how ratings are used")
        note = _(
            "Version %(number)s of %(day)s promises what Skills Tracker can’t do yet. Open it to "
            "see which sentences, and publish a version without them.",
            number=version.version,
            day=day(version.published_at),
        )
    return Task(title, note, url_for("admin_use_statement.show"), is_kept)


def _targets(has: SetupProgress) -> str:
    note: str = _(
        "A job profile holds a target for each domain. The framework's role labels make a start."
    )
    if has.targets < has.role_profiles:
        note = ngettext(
            "%(with_targets)s of %(num)d job profile has targets.",
            "%(with_targets)s of %(num)d job profiles have targets.",
            has.role_profiles,
            with_targets=has.targets,
        )
    elif has.role_profiles:
        note = ngettext(
            "%(num)d job profile with targets.",
            "%(num)d job profiles with targets.",
            has.role_profiles,
        )
    return note


def _mail(mail: MailTest | None) -> str:
    note: str = _(
        "A message to yourself, with a code to enter here: it shows that mail from here reaches "
        "people."
    )
    if mail is None:
        return note
    when = ago(mail.arrived_at or mail.sent_at)
    if mail.outcome is MailOutcome.ARRIVED:
        note = _("Arrived: %(when)s.", when=when)
    elif mail.outcome is MailOutcome.TAKEN:
        note = _(
            "The mail server took one (%(when)s). Open the link in it to record that it arrived.",
            when=when,
        )
    else:
        note = _(
            "The mail server did not take the last one (%(when)s). Its answer is on the page.",
            when=when,
        )
    return note


def _backup(backup: BackupTest | None) -> str:
    note: str = _(
        "A backup is worth something once it has been restored. One command makes one, another "
        "tests it."
    )
    if backup is not None and backup.findings:
        when = ago(backup.tested_at)
        note = _("The last one that was tried (%(when)s) cannot be relied on.", when=when)
    elif backup is not None:
        note = _("Last tested: %(when)s.", when=ago(backup.tested_at))
    return note
