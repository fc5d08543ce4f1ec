"""People in figures without names after so many reviews, each of the same statement counted anew.

Before, it was how many statements stood reviewed, so that who was reviewed again was new in a
figure only where they stood otherwise afterwards. What was counted is counted again as of then:
else everybody reviewed twice would be new at once, without a review. The way back leaves it.

Revises: 20270111_open_statements
"""

from alembic import op

revision = "20270112_times_reviewed"
down_revision = "20270111_open_statements"
branch_labels = None
depends_on = None

IN_DOMAIN = """
JOIN statements s ON s.id = {of}.statement_id
JOIN domains d ON d.id = s.domain_id
JOIN frameworks f ON f.id = s.framework_id
JOIN releases r ON r.slug = f.slug AND r.domain_key = d.key AND {of}.{at} <= r.as_of
WHERE r.id = release_people.release_id AND {person} = release_people.person_id
"""
ENDORSED = IN_DOMAIN.format(of="e", at="endorsed_at", person="e.person_id")
EXCEPTED = IN_DOMAIN.format(of="x", at="agreed_at", person="x.person_id")
REVEALED = IN_DOMAIN.format(of="i", at="revealed_at", person="v.learner_id")
TIMES = {
    "endorsed": f"(SELECT count(*) FROM endorsements e {ENDORSED}) + "
    "(SELECT count(*) FROM level_exceptions x "
    "JOIN review_items i ON i.id = x.item_id AND i.statement_id = x.statement_id "
    f"{EXCEPTED})",
    "self": "(SELECT count(*) FROM review_items i JOIN reviews v ON v.id = i.review_id "
    f"{REVEALED})",
}


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute("DROP TRIGGER release_people_no_update" + ("" if sqlite else " ON release_people"))
    for voice, times in TIMES.items():
        op.execute(
            f"UPDATE release_people SET reviewed = {times} WHERE release_id IN "
            f"(SELECT id FROM releases WHERE voice = '{voice}')"
        )
    stop = (
        "BEGIN SELECT RAISE(ABORT, 'release_people: history is never changed'); END"
        if sqlite
        else "FOR EACH ROW EXECUTE FUNCTION refuse_history_change()"
    )
    op.execute(f"CREATE TRIGGER release_people_no_update BEFORE UPDATE ON release_people {stop}")


def downgrade() -> None:
    pass
