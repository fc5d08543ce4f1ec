"""What can be wrong with a row of a roster, and what to do, in words for a page and a command."""

from collections.abc import Mapping

from tracker.rules.texts import gettext_noop

PROBLEMS: Mapping[str, tuple[str, str]] = {
    "email_not_valid": (
        gettext_noop("This is not a full email address."),
        gettext_noop("Write it like name@example.org."),
    ),
    "email_taken": (
        gettext_noop("This address can’t be used here."),
        gettext_noop("Use another address of this person."),
    ),
    "line_long": (
        gettext_noop("This is longer than %(longest)s characters."),
        gettext_noop("Shorten it."),
    ),
    "line_control": (
        gettext_noop("This holds a character that can’t be shown."),
        gettext_noop("Delete it and type it again."),
    ),
    "characters_unseen": (
        gettext_noop("This holds a character that can’t be seen, after “%(before)s”."),
        gettext_noop("Type it anew instead of pasting it."),
    ),
    "scripts_mixed": (
        gettext_noop("“%(word)s” mixes letters of different alphabets."),
        gettext_noop("Type the whole word in one alphabet, so that it can’t pass for another."),
    ),
    "line_empty": (
        gettext_noop("Nothing here can be read."),
        gettext_noop("Write it, or empty the cell."),
    ),
    "roster_no_day": (
        gettext_noop("This is not a date."),
        gettext_noop("Write it like 2026-10-13 or Oct 13, 2026."),
    ),
    "roster_hours": (
        gettext_noop("This is not a number of hours."),
        gettext_noop("Write hours a week up to %(longest)s, like 24 or 19.5."),
    ),
    "roster_nobody": (
        gettext_noop("No email or staff ID, so we can’t tell who this is."),
        gettext_noop("Write one of them."),
    ),
    "roster_email_needed": (
        gettext_noop("Somebody new needs an email address."),
        gettext_noop("Write it: they sign in with it."),
    ),
    "roster_name_needed": (gettext_noop("Somebody new needs a name."), gettext_noop("Write it.")),
    "roster_disabled": (
        gettext_noop("The account of %(name)s is disabled."),
        gettext_noop("Enable it under People first, or delete the row."),
    ),
    "roster_email_of_another": (
        gettext_noop("%(name)s has this address here."),
        gettext_noop("Correct the address or the staff ID."),
    ),
    "roster_other_staff_id": (
        gettext_noop("%(name)s has this address and the staff ID %(staff_id)s here."),
        gettext_noop("Correct the staff ID or the address."),
    ),
    "roster_same_email": (
        gettext_noop("Row %(row)s has the same email address."),
        gettext_noop("Delete one of the two rows, or correct the address."),
    ),
    "roster_same_staff_id": (
        gettext_noop("Row %(row)s has the same staff ID."),
        gettext_noop("Delete one of the two rows, or correct the staff ID."),
    ),
    "roster_same_row": (
        gettext_noop("Row %(row)s is the same person in the same team and role."),
        gettext_noop("Delete one of the two rows."),
    ),
    "roster_team_unknown": (
        gettext_noop("There is no team with this name."),
        gettext_noop("Correct it, or say which team it means, or have it made."),
    ),
    "roster_team_twice": (
        gettext_noop("Several teams have this name."),
        gettext_noop("Write where it is, such as “%(path)s”, or choose it."),
    ),
    "roster_team_needed": (
        gettext_noop("The team is missing."),
        gettext_noop("Write it, or empty the job profile and the supervisor too."),
    ),
    "team_closed": (
        gettext_noop("%(team)s is closed."),
        gettext_noop("Choose another team, or reopen it first."),
    ),
    "teams_too_deep": (
        gettext_noop("Teams can be %(deepest)s deep."),
        gettext_noop("Write fewer names with “>” between them."),
    ),
    "roster_role_unknown": (
        gettext_noop("This is not a role."),
        gettext_noop("Write Learner, Supervisor or Coordinator, or say what it means."),
    ),
    "roster_no_profile": (
        gettext_noop("No job profile goes with this."),
        gettext_noop("Choose one, or write another."),
    ),
    "roster_profile_twice": (
        gettext_noop("Several job profiles have this name."),
        gettext_noop("Choose one."),
    ),
    "roster_profile_needed": (
        gettext_noop("A learner needs a job profile."),
        gettext_noop("Write one, or choose what an empty cell means."),
    ),
    "role_profile_retired": (
        gettext_noop("This job profile is retired, or its framework is hidden."),
        gettext_noop("Choose another one."),
    ),
    "dates_not_in_order": (
        gettext_noop("The last day comes before the first."),
        gettext_noop("Correct one of them."),
    ),
    "membership_overlaps": (
        gettext_noop("They had this role in this team on one of these days already."),
        gettext_noop("Write a later first day, or correct that membership under People."),
    ),
    "roster_supervisor_unknown": (
        gettext_noop("There is nobody with this address, staff ID, or name, here or in the file."),
        gettext_noop("Correct it, or add a row for them."),
    ),
    "roster_supervisor_self": (
        gettext_noop("Nobody can review their own work."),
        gettext_noop("Write somebody else’s address or staff ID."),
    ),
    "roster_supervisor_twice": (
        gettext_noop("Several people have this name, here or in the file."),
        gettext_noop("Choose who is meant, or write the address or the staff ID."),
    ),
    "roster_name_here": (
        gettext_noop("%(name)s is here already, with the address %(email)s."),
        gettext_noop("Say whether this is the same person."),
    ),
    "roster_supervisor_disabled": (
        gettext_noop("The account of this supervisor is disabled."),
        gettext_noop("Write another supervisor, or enable the account."),
    ),
    "roster_own": (
        gettext_noop("You can’t change your own roles by an import."),
        gettext_noop("Delete this from the row; another administrator can do it."),
    ),
}
"""What is wrong, and what to do."""
