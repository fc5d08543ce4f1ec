"""`make diagrams`: who may do what, as a page made from the policy table and the doors of the pages."""

from collections import defaultdict
from pathlib import Path

from flask import Flask

from tracker.policy import permissions
from tracker.policy.permissions import GRACE, KNOWN_BY, TABLE, Fact, Together
from tracker.rules.roles import Permission

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "access.md"
WORDS: dict[Fact, str] = {
    permissions.anybody: "everybody",
    permissions.owns: "whose it is",
    permissions.is_not_own: "whose it is not",
    permissions.learns: "who learns in a team now",
    permissions.supervises: "a supervisor of the very team",
    permissions.coordinates: "a coordinator of the team or of one above it",
    permissions.reviews: "its reviewer, not of their own, while they may review its learner",
    permissions.stands_in: "a backup of its reviewer",
    permissions.leads_a_team: "who supervises a team",
    permissions.administers: "an administrator of the library",
    permissions.edits_frameworks: "an operator or a framework editor, of what belongs to no library",
    permissions.operates: "an operator",
    permissions.operates_what_is_nobodys: "an operator, of what belongs to no library",
}
INTRODUCTION = f"""\
# Access rules

Made from the policy table and the doors of the pages by `make diagrams`; a test compares them. What is in no row is refused,
and everything but what is an operator's holds within one library alone. A team also means the teams that somebody left at
most {GRACE.days} days ago. Who may not read a record is told that there is none (404); who may read it and not do something
with it is told so (403).
"""


def words_of(fact: Fact) -> str:
    if not isinstance(fact, Together):
        return WORDS[fact]
    parts = [words_of(each) for each in fact.facts]
    if fact.holds is any:
        return "; or ".join(parts)
    own = WORDS[permissions.is_not_own]
    others = [part for part in parts if part != own]
    return " and ".join(others) + (" (never of one’s own)" if own in parts else "")


def page(app: Flask) -> str:
    addresses: dict[Permission, set[str]] = defaultdict(set)
    for rule in app.url_map.iter_rules():
        permission = getattr(app.view_functions[rule.endpoint], "permission", None)
        if permission is not None:
            methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
            addresses[permission].add(f"`{'/'.join(methods)} {rule.rule}`")
    parts = [INTRODUCTION]
    for permission in Permission:
        fact = TABLE[permission]
        signed_in = "" if permission is Permission.PUBLIC else ", signed in"
        who = words_of(fact) + (signed_in if fact is permissions.anybody else "")
        known = KNOWN_BY.get(permission)
        told = f" Who has `{known}` is told that it is refused." if known else ""
        parts.append(f"## `{permission}`\n\n{who[0].upper()}{who[1:]}.{told}\n")
        parts.append("".join(f"- {each}\n" for each in sorted(addresses[permission])))
    return "\n".join(part for part in parts if part)


if __name__ == "__main__":
    from tracker.app import create_app

    PAGE.write_text(page(create_app()), encoding="utf-8")
