"""What is meant to be otherwise than on commit 56af7b16. Each stands here with why; one that does not
occur anymore fails the test."""

from tests.oracle.comparing import Difference

MOVES = "Moving is one act and one event of the audit, told also of moving back."
TOLD = "A move is told in other words, and each of them."
KINDS = (
    "The audit knows the kinds of acts of now, and fewer events of moves stand on its first page."
)
ANYWHERE = "People go to any version, and back at any time."
LEFT_OUT = "What is not rated here goes on with its date and is not decided anew by a move."
PROFILES = "A job profile is one for all versions."
COPIES = "Nothing is copied: no history has a line for moving, no exception is moved."
TOUCHED = "Only what somebody did makes a statement one of the latest, not a move."
WORDING = (
    "An answer is said to be of the wording that was answered, not of the one it was copied to."
)
LAST_CHANGE = "The last change is the person's own, also of a statement that is to be rated again."
NOTES = "Notes at a statement that was never answered wait 30 days for an answer, also where it has origins."
SENT = "What was sent of a statement that is to be rated again counts as nothing sent."
ONCE = "What is not in somebody's version is listed once, by its newest wording."
AGAIN = "A statement that comes back is known again: what was said of it counts."
OLDER = "Pages of older wordings are there for those that were answered, so other ones are read."

DIFFERENCES: tuple[Difference, ...] = (
    Difference((), "* moves *", MOVES, before="audit: "),
    Difference((), "* mails of *", TOLD, now="You’re (back )?on Small framework"),
    Difference((), "*/notices", TOLD, now="You’re (back )?on Small framework|are new"),
    Difference((), "*/admin", ANYWHERE, "^New versions\n"),
    Difference((), "*/admin", LEFT_OUT, r"^\d+ statements? left out"),
    Difference((), "*/not rated", LEFT_OUT, r"Dec 14", "Nov 24"),
    Difference(
        (), "*/audit", KINDS, now="origin of a statement added|People moved|Signed in|Taken out"
    ),
    Difference((), "*/audit", KINDS, before="a move to a new version|moved to a new|events"),
    Difference((), "*/role profile*", PROFILES, now="There is no such page"),
    Difference((), "*/role profiles", PROFILES, before="retired"),
    Difference(
        (), "*/statement *", COPIES, before="carried over from an earlier version|keeping undone"
    ),
    Difference((), "*exception*", COPIES, before="exception_moved|exceptions: .* proposed"),
    Difference((), "*/today", TOUCHED, r"^(\( \) .* · .*)?$", r"^(\( \) .* · .*)?$"),
    Difference(
        (), "*/to rate *", WORDING, "for the wording of version", "for the wording of version"
    ),
    Difference((), "*/to rate *", NOTES, r"^Mine no\. \d+$|^Yours no\. \d+$|^Your notes"),
    Difference((), "*/profile", LAST_CHANGE, r"last change", "last change"),
    Difference((), "*/profile", ONCE, "^No longer in the framework", "^Not in your version"),
    Difference((), "*/profile.json", ONCE, "retired.*version"),
    Difference((), "*/gaps*", SENT, "nothing sent for review"),
    Difference((), "*/earlier *", OLDER, "", r"^\(gone\)$"),
    Difference((), "*/earlier *", OLDER, r"^\(not there\)$"),
)
