"""Frameworks of any shape: the answers of a scale and the levels of a strand are the framework's own.

SQLite cannot change a check in place: its tables are made anew from their own definition, with the
triggers and indexes that they had. The way back refuses rows that the older layout cannot hold.

Revises: 20261201_endorsements
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "20261202_framework_shapes"
down_revision = "20261201_endorsements"
branch_labels = None
depends_on = None

OWN = "'not_yet', 'partly', 'consistently', 'not_sure', 'not_my_work'"
THEIRS = "'not_yet', 'partly', 'consistently', 'not_their_work', 'cannot_tell'"
BOTH = "'not_yet', 'partly', 'consistently', 'not_my_work'"
ANSWERS = (
    ("scale_answers", "key", "key_known", OWN),
    ("ratings", "answer", "answer_known", OWN),
    ("rating_entries", "answer", "answer_known", OWN),
    ("review_items", "learner_answer", "learner_answer_known", OWN),
    ("review_items", "reviewer_answer", "reviewer_answer_known", THEIRS),
    ("confirmations", "answer", "answer_known", BOTH),
    ("endorsements", "answer", "answer_known", BOTH),
)
"""Table, column, check, and the words that it let in."""
RANKED = ("levels", "statements", "targets")
FOUR, NINE = "rank BETWEEN 1 AND 4", "rank BETWEEN 1 AND 9"

SAID = {
    "not_yet": "Not there yet.",
    "partly": "Some of it, sometimes, or with more help than it says.",
    "consistently": "Whenever it comes up.",
}
"""What a reviewer's answer meant while every framework had the same ones."""
SEED = (
    "c113a1f5ac1fd29ab72181026f66dc93983ba53e769678fc5956a91755be501a",
    "1b96d0d4fc9f61ea81904ee6b7969295e15196ebb72b8a0c9804da975cc9694d",
)
"""The digest of the framework that comes along, before its file had these words and since."""


def upgrade() -> None:
    means = " ".join(f"WHEN '{key}' THEN '{words}'" for key, words in SAID.items())
    in_english = "(SELECT lang FROM frameworks WHERE id = scale_answers.framework_id) LIKE 'en%'"
    words = f"CASE WHEN {in_english} THEN CASE key {means} ELSE '' END ELSE description END"
    if _is_sqlite():
        _remake(
            "scale_answers", ["reviewer_description TEXT NOT NULL"], {"reviewer_description": words}
        )
    else:
        column = sa.Column("reviewer_description", sa.Text(), nullable=False, server_default="")
        op.add_column("scale_answers", column)
        op.execute(f"UPDATE scale_answers SET reviewer_description = {words}")
        op.alter_column("scale_answers", "reviewer_description", server_default=None)
    _change_digest(*SEED)
    for table, _column, check, _words in ANSWERS:
        _drop(table, check)
    for table in RANKED:
        _replace(table, "rank_known", FOUR, NINE)


def downgrade() -> None:
    for table, column, _check, words in ANSWERS:
        _refuse(table, f"{column} NOT IN ({words})")
    for table in RANKED:
        _refuse(table, f"NOT ({FOUR})")
        _replace(table, "rank_known", NINE, FOUR)
    for table, column, check, words in ANSWERS:
        _add(table, check, f"{column} IN ({words})")
    _change_digest(*reversed(SEED))
    if _is_sqlite():
        op.execute("ALTER TABLE scale_answers DROP COLUMN reviewer_description")
    else:
        op.drop_column("scale_answers", "reviewer_description")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _change_digest(before: str, after: str) -> None:
    op.execute(f"UPDATE frameworks SET digest = '{after}' WHERE digest = '{before}'")


def _refuse(table: str, where: str) -> None:
    count = op.get_bind().scalar(sa.text(f"SELECT count(*) FROM {table} WHERE {where}"))
    if count:
        raise RuntimeError(
            f"{table} has {count} rows of a framework of another shape, which the older layout "
            "cannot hold. Restore the backup that was made before the upgrade instead."
        )


def _drop(table: str, check: str) -> None:
    name = f"ck_{table}_{check}"
    if _is_sqlite():
        _remake(table, [], without=rf",\s*CONSTRAINT {name} CHECK \([^()]*\([^()]*\)\)")
    else:
        op.drop_constraint(op.f(name), table, type_="check")


def _add(table: str, check: str, condition: str) -> None:
    name = f"ck_{table}_{check}"
    if _is_sqlite():
        _remake(table, [f"CONSTRAINT {name} CHECK ({condition})"])
    else:
        op.create_check_constraint(op.f(name), table, condition)


def _replace(table: str, check: str, before: str, after: str) -> None:
    name = f"ck_{table}_{check}"
    if _is_sqlite():
        _remake(
            table,
            [f"CONSTRAINT {name} CHECK ({after})"],
            without=rf",\s*CONSTRAINT {name} CHECK \({before}\)",
        )
    else:
        op.drop_constraint(op.f(name), table, type_="check")
        op.create_check_constraint(op.f(name), table, after)


def _remake(
    table: str, more: list[str], filled: dict[str, str] | None = None, without: str = ""
) -> None:
    """Make an SQLite table anew from its definition, with `more` in it and `without` what that
    pattern finds. `filled`: what a column gets instead of what it holds."""
    bind = op.get_bind()
    made_with = sa.text(
        "SELECT type, sql FROM sqlite_master WHERE tbl_name = :table AND sql IS NOT NULL ORDER BY type = 'table' DESC"
    )
    (_table, definition), *others = bind.execute(made_with, {"table": table}).all()
    body = definition.split("(", 1)[1].rstrip().removesuffix(")")
    if without:
        body, found = re.subn(without, "", body)
        if found != 1:
            raise RuntimeError(f"the table {table} does not say once: {without}")
    columns, constraints = _halves(body)
    new = [each for each in more if not each.startswith("CONSTRAINT")]
    checks = [each for each in more if each.startswith("CONSTRAINT")]
    body = ", ".join(
        part.strip().rstrip(",") for part in (columns, *new, constraints, *checks) if part.strip()
    )
    op.execute("PRAGMA legacy_alter_table = ON")
    bind.exec_driver_sql(f"CREATE TABLE {table}_new ({body})")
    names = [row.name for row in bind.execute(sa.text(f"PRAGMA table_info({table}_new)"))]
    values = ", ".join((filled or {}).get(name, name) for name in names)
    bind.exec_driver_sql(
        f"INSERT INTO {table}_new ({', '.join(names)}) SELECT {values} FROM {table}"
    )
    bind.exec_driver_sql(f"DROP TABLE {table}")
    bind.exec_driver_sql(f"ALTER TABLE {table}_new RENAME TO {table}")
    op.execute("PRAGMA legacy_alter_table = OFF")
    for _type, each in others:
        bind.exec_driver_sql(each)


def _halves(body: str) -> tuple[str, str]:
    """The columns of a definition, and the constraints after them."""
    at = re.search(r"\n?\s*CONSTRAINT ", body)
    if at is None:
        raise RuntimeError("a table without constraints")
    return body[: at.start()], body[at.start() :]
