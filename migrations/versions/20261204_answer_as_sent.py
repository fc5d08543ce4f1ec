"""What a learner's answer meant when it was sent stands with each review item, as its digest has it.

SQLite makes the table anew from its own definition, with the triggers and indexes that it had. The
way back refuses words that the scale has no longer: the older layout knows the scale's alone.

Revises: 20261203_round_frameworks
"""

import sqlalchemy as sa
from alembic import op

revision = "20261204_answer_as_sent"
down_revision = "20261203_round_frameworks"
branch_labels = None
depends_on = None

FROZEN = ("review_id", "statement_id", "digest", "learner_answer", "rated_at", "rating_version")
"""What did not change before."""
WORDS = {"learner_answer_label": "label", "learner_answer_description": "description"}
"""Column, and where the scale has its words."""
IN_SQLITE = "learner_answer_label VARCHAR(200) NOT NULL, learner_answer_description TEXT NOT NULL, "


def upgrade() -> None:
    _let_change()
    if _is_sqlite():
        _remake()
    else:
        op.add_column("review_items", sa.Column("learner_answer_label", sa.String(length=200)))
        op.add_column("review_items", sa.Column("learner_answer_description", sa.Text()))
        filled = ", ".join(f"{column} = {_of_scale(word)}" for column, word in WORDS.items())
        op.execute(f"UPDATE review_items SET {filled}")
        for column in WORDS:
            op.alter_column("review_items", column, nullable=False)
    _freeze(*FROZEN, *WORDS)


def downgrade() -> None:
    _refuse_other_words()
    _let_change()
    for column in WORDS:
        op.execute(f"ALTER TABLE review_items DROP COLUMN {column}")
    _freeze(*FROZEN)


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _of_scale(word: str) -> str:
    """Of an answer that its scale does not have, nothing: trying out a backup names it."""
    return (
        f"coalesce((SELECT scale_answers.{word} FROM scale_answers JOIN statements "
        "ON statements.framework_id = scale_answers.framework_id "
        "WHERE statements.id = review_items.statement_id "
        "AND scale_answers.key = review_items.learner_answer), '')"
    )


def _let_change() -> None:
    table = "" if _is_sqlite() else " ON review_items"
    op.execute(f"DROP TRIGGER review_items_no_update{table}")


def _freeze(*columns: str) -> None:
    act = (
        "BEGIN SELECT RAISE(ABORT, 'review_items: history is never changed'); END"
        if _is_sqlite()
        else "FOR EACH ROW EXECUTE FUNCTION refuse_history_change()"
    )
    op.execute(
        "CREATE TRIGGER review_items_no_update "
        f"BEFORE UPDATE OF {', '.join(columns)} ON review_items {act}"
    )


def _remake() -> None:
    bind = op.get_bind()
    made_with = sa.text(
        "SELECT sql FROM sqlite_master WHERE tbl_name = 'review_items' AND sql IS NOT NULL "
        "ORDER BY type = 'table' DESC"
    )
    definition, *others = bind.scalars(made_with).all()
    body = definition.split("(", 1)[1].replace("CONSTRAINT ", f"{IN_SQLITE}CONSTRAINT ", 1)
    names = [row.name for row in bind.execute(sa.text("PRAGMA table_info(review_items)"))]
    values = ", ".join([*names, *map(_of_scale, WORDS.values())])
    op.execute("PRAGMA legacy_alter_table = ON")
    bind.exec_driver_sql(f"CREATE TABLE review_items_new ({body}")
    bind.exec_driver_sql(
        f"INSERT INTO review_items_new ({', '.join([*names, *WORDS])}) "
        f"SELECT {values} FROM review_items"
    )
    bind.exec_driver_sql("DROP TABLE review_items")
    bind.exec_driver_sql("ALTER TABLE review_items_new RENAME TO review_items")
    op.execute("PRAGMA legacy_alter_table = OFF")
    for each in others:
        bind.exec_driver_sql(each)


def _refuse_other_words() -> None:
    other = " OR ".join(f"{column} <> {_of_scale(word)}" for column, word in WORDS.items())
    count = op.get_bind().scalar(sa.text(f"SELECT count(*) FROM review_items WHERE {other}"))
    if count:
        raise RuntimeError(
            f"{count} answers were sent in words that their scale has no longer, which the older "
            "layout cannot hold. Restore the backup that was made before the upgrade instead."
        )
