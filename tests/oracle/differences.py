"""What is meant to be otherwise than on commit 56af7b16. Each stands here with why; one that does not
occur anymore fails the test."""

from tests.oracle.comparing import Difference, Redrawn

LEVELS = "Emerging|Developing|Proficient|Advanced|Applying|Exceeding"
UNKNOWN = r"(?:[Ll]evel )?not known yet \|"
VOICE = rf"(?:You|Self-rating|Reviewed(?! \| {UNKNOWN}))"
ANSWERS = r"^\([ x]\) 1Not yet.*|^Rate again: you chose .*"
"""Which answer is chosen, and what was before."""
VERA = "vera.stone/team Juniper County Library"

REDRAWN: tuple[Redrawn, ...] = (
    Redrawn(
        "*/team */page",
        "It says in fewer words what it counts.",
        r"^With this team: .*?\.(?= )|(?<=With something revealed: )\d+|\d+(?= ha(?:s|ve) results)"
        r"|^.*?(?= Ready(?: to talk)? \|)|(?<= Ready \| ).*|(?<= Ready to talk \| ).*"
        r"|^(?!With this team|Nobody learns in this|No learners in this|Statements sent"
        r"|(?:Is ready|Ready to talk)$).*",
    ),
    Redrawn(
        "*/team */round",
        "It says in fewer words what cannot be seen.",
        r"^\d+(?= (?:says? they|person is|people are))|(?<=sent (?:ready|asked) to talk ).*"
        r"|^(?!Until people|You can’t see|“Review finished”|\d+ (?:says? they|person is|people are)).*?"
        r"(?= (?:ready|asked) to talk| \| (?:under 5 finished|Too few to show)$|$)",
    ),
    *(
        Redrawn(
            place,
            "Gaps are domains by need and people by domain; a file has one table, a cell for each thing.",
            held_by=(
                "teams/gaps/test_views.py",
                "teams/gaps/test_views_drill.py",
                "teams/gaps/test_exports.py",
                "teams/gaps/test_views_several_jobs.py",
            ),
        )
        for place in ("*/gaps*", "*/gap *", "*/team */people.csv", "*/team */not sent")
    ),
    Redrawn(
        "records/*",
        "Figures without names are told by rounds, and the demo has thanks.",
        "^(?!figures_released|review_thanked).*",
    ),
    Redrawn(
        "*/today",
        "One thing is next, others are offered, and where one stands is folded: what waits is there.",
        r"^Do this next.*|^About \d.*|^(?:.*: )?\d+ statements? to answer.*|^Rate \d+ statements? again"
        r"|^Decide on \d+|^\d+(?= (?:of \d+ statements are|statements?) for your job)"
        r"|(?<=: )about \d+ minutes?|^\d+ (?:reviews? due|differences?).*",
    ),
    Redrawn(
        "*/to send",
        "The list comes first and says the domain beside the level; what is suggested is the same.",
        rf"^\(x\) .*?(?= (?:[A-Z][A-Za-z ]+, )?(?:{LEVELS})(?: |$))|^Statements chosen: .*",
    ),
    Redrawn(
        "*/reviews",
        "A review of one statement is named by it, and one that is late can be reassigned from there.",
        r"^\| \w+|(?<= \| )[^|]+?(?= \||$| · Reassign)|^[^|]*?Closed, \w+ \d+(?:, 20\d\d)?"
        r"|^(?!.*Closed)[^|]+$",
    ),
    *(
        Redrawn(
            place,
            "A page of statements is one form with one button, and begins with them.",
            ANSWERS,
        )
        for place in ("*/to rate *", "*/next to rate", "*/next five")
    ),
    Redrawn(
        "*/statement *",
        "What was saved is said above the form, and no history has a line for moving.",
        r"^(?!\(Last rating\)$|Only you can see your ratings"
        r"|.*\| (?:carried over from an earlier version|keeping undone)$).*",
    ),
    Redrawn(
        "*/profile",
        "One headline for a person with what happened beside it, short words about targets, and the"
        " reviewed side once something is reviewed. The figures are those of profile.json.",
        rf"^(?:\| [^|]+ )?\| {VOICE}|(?:(?<=You \| )|(?<=rating \| )|(?<=viewed \| ))(?!{UNKNOWN})"
        r"(?:[Tt](oo few) statements|non(e) reached|No l(e)vel yet|(?:[Ll]evel )?([^|]+))|✓ at target|▼"
        r"|^Sent for review: .*|^Reviewed: .*|^\d+ (?:newly|no longer) .*|^(?:.* )?Domains at target: \d+ then, \d+ now",
    ),
    Redrawn(
        "*/explained *",
        "The reviewed side is shown once something is reviewed, and what isn't known is said in short:"
        " statements with their answers, and all that is met or not, are the same.",
        r"^(?!All that changed|.*Not known yet|.*: 0 met, \d+ needed|.*to reach \w+: \d+ (?:not|with) "
        r"|Target |As .* alone, target|\| Statement \||Reviewed$|Reviewed\. Too few"
        r"|Level:? not known yet|Level: none reached|No level yet|Nothing is reviewed yet)"
        r"(?:.*?not rated here: [^|]*?(?= \| not rated|$)"
        r"|.*?(?= \| not (?:sent|reviewed) yet$|$))",
    ),
    Redrawn(
        "*/profile.json",
        "It says the headlines and each domain too, and from when a new statement counts.",
        r"^(?!/(?:headlines|domains)|\S+/counts_from = None$).*",
    ),
    Redrawn(
        "*/review *",
        "Answering has other controls, and a review that ended has a page of what it came to. The moves"
        " of each act and all records are compared.",
        held_by=("reviews/result/test_pages.py", "reviews/batch/test_views.py"),
    ),
    Redrawn(
        "*/differences *",
        "Both ratings and *No agreement* stand under the keys of rating, in one order for both sides;"
        " the moves of each act are compared.",
        held_by=("reviews/differences/test_views.py", "reviews/test_views_state_machine.py"),
    ),
    Redrawn(
        "*/notices",
        "Notices are by day and say what was done since; the rows of each act are compared.",
        held_by=("notifications/notices/test_views.py", "web/ui/test_by_day.py"),
    ),
    Redrawn(
        "*/audit",
        "Events are by day and person; the rows of each act are compared.",
        held_by=("operations/audit/test_views.py",),
    ),
    Redrawn(
        "*/evidence",
        "No page sends all statements for choosing.",
        held_by=("evidence/pieces/test_views.py", "evidence/pieces/test_views_quick_note.py"),
    ),
    Redrawn(
        "*/older",
        "Older ratings are a filter of the pages of statements.",
        held_by=("assessment/older/test_views.py",),
    ),
    *(
        Redrawn(
            place,
            "Changes of a version are folded, with other words, and publishing asks once more; what"
            " each decision does to people is compared.",
            held_by=("frameworks/drafts/test_views.py", "frameworks/versions/test_views.py"),
        )
        for place in ("* draft", "*/what changed")
    ),
    Redrawn(
        "*/use statement",
        "How ratings are used has headings.",
        held_by=("administration/test_views.py",),
    ),
    *(
        Redrawn(
            place,
            "Figures without names come once a round, each outcome once.",
            held_by=("teams/told/test_pages.py", "teams/comparison/test_pages.py"),
        )
        for place in ("*/own ratings", f"{VERA}/gap*", f"{VERA}/people.csv")
    ),
)
"""The first that a place matches holds. What has no facts is not read anymore where readings.py can
leave it out."""

MOVES = "Moving is one act and one event of the audit, told also of moving back."
TOLD = "A move is told in other words, and each of them."
ANYWHERE = "People go to any version, and back at any time."
LEFT_OUT = "What is not rated here goes on with its date and is not decided anew by a move."
PROFILES = "A job profile is one for all versions."
COPIES = "Nothing is copied: no history has a line for moving, no exception is moved."
WORDING = (
    "An answer is said to be of the wording that was answered, not of the one it was copied to."
)
ONCE = "What is not in somebody's version is listed once, by its newest wording."
AGAIN = "A statement that comes back is known again: what was said of it counts."
DRAFTED = "A first version is a draft before it is published, too."
SUPERVISORS = "Whoever supervises people who moved is told once how many, also by mail."
TEAMS = "A team's page says which versions its people were moved to."
OLDER = "Pages of older wordings are there for those that were answered, so other ones are read."
PLAIN = "Words that readers stumbled over are plain ones."
FALLS = "A level that falls with a version is named, with its reason."
NOTES = "The notes at an earlier answer are shown with it."
SEALED = "With each version the audit notes one digest of what decides whose words count."
PRINTED_ONCE = "A wording in which nothing changed is printed once."
MERGED = "An answer to one of several that were merged says to which."
SENDING = "Once what is for the job is rated, sending comes before the rest."
BOTH = "A list says of differences how many wait for either side."
SENT_ON = "What was sent again already says so, and is offered to nobody else."
ROUNDS = "Figures without names can be told on one day before a round closes."

WORLDS = tuple(f"world-{number}" for number in range(1, 7))
ALL = ("demo-teams", *WORLDS)
THIRD = ("world-3", "world-5")

DIFFERENCES: tuple[Difference, ...] = (
    Difference(
        ("demo-teams",),
        "*/reviews",
        BOTH,
        before="waits? for you Differences open",
        now=r"waits? for [A-Z]\w+ \w+ Differences open",
    ),
    *(
        Difference((case,), place, SENT_ON, before="Ask for a second opinion", now="Sent to .* on")
        for case, place in (("demo-2", "*/statement *"), ("world-2", "*/earlier *"))
    ),
    Difference(
        ("demo-1", "demo-2", *WORLDS),
        "*/explained *",
        PLAIN,
        before="it is outside the job",
        now="it isn’t part of the job",
    ),
    Difference(("demo-1", "demo-2"), "*", PLAIN, before="Not my work", now="Outside my job"),
    Difference(("demo-1", "demo-2"), "*/today", SENDING, now="^Do this next · due Dec 11$"),
    Difference(("demo-teams",), "records/audit", DRAFTED, now=r"^framework_draft_made .* 26\.05\n"),
    Difference(("demo-teams",), "records/audit", SEALED, now="lineage …"),
    Difference(WORLDS, "* publishes *", SEALED, now="^audit: framework_imported .* lineage …"),
    Difference(ALL, "*/people", PLAIN, now="^Change the selected people$"),
    Difference(ALL, "*/round *", ROUNDS, now=r"^Earlier figures \(optional\)"),
    Difference(ALL, "*/admin", ANYWHERE, before="^New versions\n"),
    Difference(WORLDS, "* moves *", MOVES, before="audit: "),
    Difference(WORLDS, "* mails of *", TOLD, now="You were moved (back )?to Small framework"),
    Difference(WORLDS[1:], "*/page", TEAMS, now="(person is|people are) on Small framework"),
    Difference(("world-3",), "* daily work of *", SUPERVISORS, now="^mails: hugo"),
    Difference(WORLDS, "*/role profile *", PROFILES, now="There is no such page"),
    Difference(WORLDS, "*/role profiles", PROFILES, before="retired"),
    Difference(
        tuple(world for world in WORLDS if world != "world-4"),
        "*/admin",
        LEFT_OUT,
        before=r"^\d+ statements? left out",
    ),
    Difference(
        ("world-1", "world-2", "world-6"), "*/not rated", LEFT_OUT, before="Dec 14", now="Nov 24"
    ),
    Difference(THIRD, "*/not rated", LEFT_OUT, before="Mar 15Adam", now="Nov 24, 2026Adam"),
    Difference(
        ("world-1", "world-3", "world-4"),
        "*/statement *",
        COPIES,
        before=r"(?m)^\| No rating.*\| cleared$",
    ),
    Difference(THIRD, "*exception*", COPIES, before="exception_moved|exceptions: .* proposed"),
    *(
        Difference(cases, place, WORDING, *("for the wording of version",) * 2)
        for cases, place in (
            (THIRD, "*/to rate *"),
            (THIRD, "*/next to rate"),
            (("world-5",), "*/statement *"),
        )
    ),
    Difference(THIRD, "*/profile.json", ONCE, before="retired.*version"),
    Difference(("world-3",), "*/profile.json", ONCE, before="retired.*text", now="retired.*text"),
    Difference(THIRD, "*/earlier *", OLDER, either=r"^\((gone|not there)\)$"),
    Difference(
        ("world-4", "world-6"),
        "*/earlier *",
        ANYWHERE,
        before="no longer in the framework",
        now="doesn’t have this statement",
    ),
    Difference(("world-4",), "*/earlier *", ANYWHERE, now="Not my work"),
    Difference(("world-6",), "*/earlier *", ANYWHERE, now="No ratingon version 2 .* cleared"),
    Difference(("world-2",), "*/statement *", NOTES, now="^Note for myself: Mine no"),
    Difference(("world-2",), "*/statement *", MERGED, now="on version 1: Communication 3.1"),
    Difference(
        ("world-3", "world-6"), "*/statement *", PRINTED_ONCE, before=r"^Was: (.*)\nNow: \1$"
    ),
    # a statement of world-3 that was retired and is back
    Difference(("world-3",), "*", AGAIN, either=r"LEA-3-01|Leadership 3\.1"),
    *(
        Difference(("world-3",), place, AGAIN, before=before, now=now)
        for place, before, now in (
            ("*/profile", r"\d of 35\b", r"\d of 35\b"),
            ("*/profile", "^0 newly met", "^1 newly met"),
            ("*/to rate leadership", "3Consistently", r"\(x\) 3Consistently"),
            ("*/to send", "chosen: 5", "chosen: 6"),
            ("*/today", "13 about 4 minutes about 4", "13 about 4 minutes about 3"),
            ("*/statement LEA-3-01", "0 of 4 rated|3Consistently", "1 of 4 rated|3Consistently"),
            ("*/statement LEA-3-01", "", "^Sue: Consistently, Mar 15 on version 1$"),
        )
    ),
    # one of world-5 that is back, and one that is not rated here
    Difference(("world-5",), "*", AGAIN, either=r"TEC-2-04|Technical 2\.4"),
    Difference(("world-5",), "*/today", AGAIN, now="^About .* in Leadership$"),
    Difference(("world-5",), "*adam decides 3*", AGAIN, before="changes 12", now="changes 13"),
    Difference(("world-5",), "*", LEFT_OUT, either=r"COM-2-02|Communication 2\.2"),
    *(
        Difference(("world-5",), place, LEFT_OUT, before=before, now=now)
        for place, before, now in (
            ("*/profile", r" of 33\b", r" of 32\b"),
            ("*/today", r"^\d+ about \d", r"^\d+ about \d"),
            ("*/to rate communication", r"^\( \) 1Not yet.*\nRate again", r"\A\Z"),
            ("*/statement *", "0 of 4 rated", "0 of 3 rated"),
            ("*/not rated", r"Mar 15(Adam)? \|", r"(Jan 11|Dec 14, 2026)(Adam)? \|"),
            ("*/not rated", "11 statements", "10 statements"),
        )
    ),
    # and one of world-6 that was not, for a while
    *(
        Difference(("world-6",), place, LEFT_OUT, before=before)
        for place, before in (
            ("*/profile.json", r"^/rounds\[Autumn 2026\].*/levels\[3\]/(left_out|open) = "),
            ("066 *", "TEC-3-01.*not_rated_here = None|of 31 statements "),
        )
    ),
    Difference(("world-6",), "*/explained leadership", FALLS, now="isn’t reached now: "),
)
