"""`make diagrams`: the moves of reviews and of what comes of them, as a page made from their table."""

from pathlib import Path

from tracker.models import SEALED_TABLES, EndorsementMove, LevelExceptionMove, ReviewMove
from tracker.models.triggers import FORGETTING
from tracker.reviews.act.records import THINGS
from tracker.reviews.act.rules import MOVES, REFUSED, AnyMove, Due, MoveRule, Recipient, Thing

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "moves.md"
TITLES = {
    Thing.REVIEW: "A review",
    Thing.ITEM: "A statement in a review",
    Thing.ENDORSEMENT: "An endorsement",
    Thing.EXCEPTION: "An exception to a level",
}
HISTORY = {
    Thing.REVIEW: ReviewMove,
    Thing.ITEM: ReviewMove,
    Thing.ENDORSEMENT: EndorsementMove,
    Thing.EXCEPTION: LevelExceptionMove,
}
RECIPIENTS = {
    Recipient.LEARNER: "the learner",
    Recipient.REVIEWER: "the reviewer",
    Recipient.BOTH: "both",
    Recipient.OTHER: "the other side",
}
TIMES = {
    Due.REVIEW: "the time of the review begins",
    Due.END: "the time until its end begins, where something is still open and none has begun",
    Due.WEEK: "the time that runs is a week longer, once in a review",
}
INTRODUCTION = f"""\
# Moves

Made from the table of moves by `make diagrams`; a test compares them. `act` (`tracker/reviews/act/records.py`) makes each of them in
one transaction: it checks that the move is one of the table, sets the status, adds a row to the history, notes the move in
the audit, and tells who is to be told. What is sealed gets its seal before the commit. Who may make a move is said in
[access rules](access.md).

*Other side*: who of the two did not act; both, where the time was over or a coordinator did it. What is told goes by mail as
its reader chose, unless it says otherwise. The audit never says what came of an answer: many moves share one kind. Where
standings are counted anew, a row of {", ".join(f"`{table}`" for table in FORGETTING)} was written, or
a review ended.
"""


def words_of(move: AnyMove) -> str:
    """As the tables and the code have it: pages say it in other words (docs/glossary.md)."""
    return f"`{move}`"


def told(rule: MoveRule) -> str:
    if rule.tells is None:
        return ""
    more = ("" if rule.tells.by_mail else ", not by mail") + (", once" if rule.tells.once else "")
    return f"{RECIPIENTS[rule.tells.to]}: `{rule.tells.kind}`{more}"


def follows(rule: MoveRule) -> str:
    found = []
    if rule.due is not None:
        found.append(TIMES[rule.due])
    if rule.takes_back is not None:
        whose, kind = rule.takes_back
        what = f"`{kind}`" if kind else "all that was told of the review"
        found.append(f"{what} is taken back from {RECIPIENTS[whose]}")
    if rule.counts:
        found.append("standings are counted anew")
    if rule.history == "":
        found.append("no history")
    elif rule.history is not None:
        found.append(f"in the history it is {words_of(rule.history)}")
    return "; ".join(found)


def row(move: AnyMove, rule: MoveRule) -> str:
    before = ", ".join(words_of(each) for each in rule.before if each) or "(new)"
    after = words_of(rule.after) if rule.after else "(stays)"
    facts = "".join(f", {words_of(fact)}" for fact in rule.facts)
    cells = words_of(move), before, after, f"`{rule.audit}`{facts}", told(rule), follows(rule)
    return f"| {' | '.join(cells)} |"


def page() -> str:
    parts = [INTRODUCTION]
    for model, thing in THINGS.items():
        tables = [each.__tablename__ for each in (model, HISTORY[thing]) if each in SEALED_TABLES]
        rules = {move: rule for (of, move), rule in MOVES.items() if of is thing}
        parts.append(
            f"## {TITLES[thing]}\n\n"
            f"What is not in the table is refused: `{REFUSED[thing]}`. "
            f"Sealed: {', '.join(f'`{table}`' for table in tables)}.\n\n"
            "| move | from | to | audit | told | also |\n|---|---|---|---|---|---|\n"
            + "".join(f"{row(move, rule)}\n" for move, rule in rules.items())
        )
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
