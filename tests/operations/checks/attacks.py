"""What somebody with the database in their hands may try, as data: its name, the queries, and what
is found of it. `{names}` are ids of tests/operations/checks/test_queries_attacks.py. Over 400 lines, as it is one
list."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Attack:
    """`found`: the code of a finding, and what it names. With the guards in place (`guarded`) a
    query is refused where `found` is None."""

    name: str
    queries: tuple[str, ...]
    found: tuple[str, str] | None
    guarded: bool = False


ENDORSE = (
    "INSERT INTO endorsements (id, person_id, skill_id, statement_id, endorser_id, item_id, answer, "
    "digest, rating_version, status, endorsed_at, salt) SELECT {next}, {person}, "
    "(SELECT skill_id FROM statements WHERE id = {statement}), {statement}, endorser_id, "
    "{free_item}, answer, digest, rating_version, 'standing', endorsed_at, salt FROM endorsements "
    "WHERE id = {given}"
)
INVENT = ENDORSE.replace("{person}", "person_id").replace("{statement}", "{free_statement}")
COPY = ENDORSE.replace("{person}", "{ben}").replace("{statement}", "endorsements.statement_id")
MOVE_IT = (
    "INSERT INTO endorsement_moves (endorsement_id, actor_id, before, after, moved_at) "
    "SELECT max(id), {sue}, '', 'standing', max(endorsed_at) FROM endorsements"
)
REVIVE = "UPDATE endorsements SET status = 'standing', ended_at = NULL WHERE id = {revoked}"
BLANK = (
    "UPDATE review_item_texts SET salt = '', learner_note = '', reviewer_note = '' "
    "WHERE item_id = {item}"
)
OPEN = (
    "INSERT INTO erasures (person_id, opened_at) SELECT {ana}, max(endorsed_at) FROM endorsements"
)
OF_EVIDENCE = (
    "INSERT INTO evidence_erasures (version_id, erasure_id, reason, erased_at) "
    "SELECT {version}, max(id), 'private', max(opened_at) FROM erasures"
)
CUT = "DELETE FROM rating_entries WHERE id = {newest_entry}"
BACK = (
    "UPDATE ratings SET answer = 'partly', version = 2, rated_at = (SELECT rated_at FROM "
    "rating_entries WHERE id = {middle_entry}) WHERE person_id = {ana} AND statement_id = {rated}"
)
ORIGIN = (
    "INSERT INTO skill_origins (skill_id, line, origin_id, change, carries, steps) SELECT skill_id, "
    "1, (SELECT skill_id FROM endorsements WHERE id = {given}), 'reworded', TRUE, 1 "
    "FROM statements WHERE id = {unsaid}"
)
MOVE = (
    "INSERT INTO person_versions (person_id, slug, framework_id, moved_at, moved_on) "
    "SELECT {ben}, slug, framework_id, moved_at, moved_on FROM person_versions "
    "WHERE person_id = {ana}"
)
PERSON = (
    "INSERT INTO people (library_id, email, name, sort_name, administrator, created_at, salt) "
    "SELECT library_id, 'eve@example.org', 'Eve', 'eve', TRUE, created_at, salt FROM people "
    "WHERE id = {adam}"
)
ROLE = (
    "INSERT INTO memberships (person_id, team_id, role, job, starts_on) "
    "SELECT {ben}, team_id, 'coordinator', '', starts_on FROM memberships WHERE person_id = {ana}"
)
USE = (
    "INSERT INTO use_statements (library_id, version, text, published_at, opens_statements) "
    "SELECT library_id, version + 1, 'All of it', published_at, TRUE FROM use_statements "
    "WHERE library_id = {library}"
)
DROPPED = [
    Attack("an endorsement without a seal", (INVENT,), ("row_not_sealed", "endorsements {next}")),
    Attack("one that nobody gave", (INVENT,), ("endorsement_not_given", "{next}")),
    Attack("one with its move", (INVENT, MOVE_IT), ("row_not_sealed", "endorsement_moves")),
    Attack(
        "an endorsement copied to another person",
        (COPY,),
        ("row_not_sealed", "endorsements {next} (person {ben})"),
    ),
    Attack("a revoked one revived", (REVIVE,), ("status_not_as_moves", "endorsements {revoked}")),
    Attack(
        "a revoked one revived, and its move deleted",
        (
            REVIVE,
            "DELETE FROM endorsement_moves WHERE endorsement_id = {revoked} AND after = 'revoked'",
        ),
        ("row_changed", "endorsements {revoked} (person {ana})"),
    ),
    Attack(
        "a move deleted",
        ("DELETE FROM endorsement_moves WHERE endorsement_id = {revoked} AND after = 'revoked'",),
        ("row_gone", "endorsement_moves"),
    ),
    Attack(
        "a revoked one revived by a move",
        (REVIVE, MOVE_IT.replace("max(id)", "{revoked}")),
        ("row_not_sealed", "endorsement_moves"),
    ),
    Attack(
        "a standing one revoked",
        ("UPDATE endorsements SET status = 'revoked', ended_at = endorsed_at WHERE id = {given}",),
        ("status_not_as_moves", "endorsements {given}"),
    ),
    Attack(
        "another answer endorsed",
        ("UPDATE endorsements SET answer = 'not_yet' WHERE id = {given}",),
        ("endorsement_altered", "{given}"),
    ),
    Attack(
        "another date of an endorsement",
        ("UPDATE endorsements SET endorsed_at = '2026-01-02 10:00:00.000000' WHERE id = {given}",),
        ("row_changed", "endorsements {given}"),
    ),
    Attack(
        "another endorser",
        ("UPDATE endorsements SET endorser_id = {hugo} WHERE id = {given}",),
        ("row_changed", "endorsements {given}"),
    ),
    Attack(
        "an endorsement deleted",
        (
            "DELETE FROM endorsement_moves WHERE endorsement_id = {given}",
            "DELETE FROM endorsements WHERE id = {given}",
        ),
        ("row_gone", "endorsements {given} (person {ana})"),
    ),
    Attack(
        "a step of a review deleted",
        ("DELETE FROM review_moves WHERE id = {move}",),
        ("row_gone", "review_moves {move} (person {ana})"),
    ),
    Attack(
        "a step of a review dated otherwise",
        ("UPDATE review_moves SET moved_at = '2026-01-02 10:00:00.000000' WHERE id = {move}",),
        ("row_changed", "review_moves {move}"),
    ),
    Attack(
        "two steps of a review swapped",
        (
            (
                "UPDATE review_moves SET move = CASE id WHEN {move} THEN 'close' ELSE 'send' END "
                "WHERE id IN ({move}, {last_move})"
            ),
        ),
        ("row_changed", "review_moves {move} (person {ana}), {last_move}"),
    ),
    Attack(
        "a step of a review put in",
        (
            (
                "INSERT INTO review_moves (review_id, move, before, after, moved_at) "
                "SELECT review_id, 'close', before, after, moved_at FROM review_moves WHERE id = {last_move}"
            ),
        ),
        ("row_not_sealed", "review_moves"),
    ),
    Attack(
        "another reviewer",
        ("UPDATE reviews SET reviewer_id = {hugo} WHERE id = {review}",),
        ("row_changed", "reviews {review} (person {ana})"),
    ),
    Attack(
        "a review opened again",
        ("UPDATE reviews SET status = 'in_review', closed_at = NULL WHERE id = {review}",),
        ("status_not_as_moves", "reviews {review}"),
    ),
    Attack(
        "another answer of the reviewer",
        ("UPDATE review_items SET reviewer_answer = 'not_yet' WHERE id = {item}",),
        ("row_changed", "review_items {item}"),
    ),
    Attack(
        "an answer that is not shown yet",
        ("UPDATE review_items SET reviewer_answer = 'not_yet' WHERE id = {free_item}",),
        ("row_changed", "review_items {free_item}"),
    ),
    Attack(
        "another note of the reviewer",
        ("UPDATE review_item_texts SET reviewer_note = 'Never saw it' WHERE item_id = {item}",),
        ("row_changed", "review_item_texts {item} (person {ana})"),
    ),
    Attack(
        "texts of a review deleted",
        ("DELETE FROM review_item_texts WHERE item_id = {item}",),
        ("row_gone", "review_item_texts {item}"),
    ),
    Attack("texts of a review blanked", (BLANK,), ("text_missing", "review_item_texts {item}")),
    Attack(
        "a forged erasure that hides it",
        (OPEN, OF_EVIDENCE, BLANK, "UPDATE erasures SET closed_at = opened_at"),
        ("text_missing", "review_item_texts {item} (person {ana})"),
    ),
    Attack("a forged erasure", (OPEN,), ("row_not_sealed", "erasures")),
    Attack("history under a forged erasure", (OPEN, CUT), ("row_gone", "rating_entries")),
    Attack(
        "an erasure made undone",
        ("DELETE FROM evidence_erasures", "DELETE FROM erasures"),
        ("row_gone", "erasures"),
    ),
    Attack(
        "an erasure of somebody else",
        ("UPDATE erasures SET person_id = {ana}",),
        ("row_gone", "erasures"),
    ),
    Attack(
        "other words of reviewed evidence",
        ("UPDATE evidence_texts SET text = '42 visits' WHERE version_id = {version}",),
        ("endorsement_does_not_fit", "{given}"),
    ),
    Attack(
        "reviewed evidence deleted",
        ("DELETE FROM evidence_texts WHERE version_id = {version}",),
        ("endorsement_does_not_fit", "{given}"),
    ),
    Attack(
        "evidence taken out of a review",
        ("DELETE FROM review_item_evidence WHERE item_id = {item}",),
        ("row_gone", "review_item_evidence"),
    ),
    Attack(
        "evidence put into a review",
        (
            (
                "INSERT INTO review_item_evidence (item_id, version_id, reason) "
                "VALUES ({free_item}, {version}, '')"
            ),
        ),
        ("row_not_sealed", "review_item_evidence"),
    ),
    Attack(
        "a rating changed",
        ("UPDATE ratings SET answer = 'not_yet' WHERE statement_id = {rated}",),
        ("rating_not_as_history", "ratings"),
    ),
    Attack(
        "a rating deleted",
        ("DELETE FROM ratings WHERE person_id = {ana} AND statement_id = {rated}",),
        ("history_without_rating", "rating_entries"),
    ),
    Attack(
        "a rating and its history rewritten",
        (
            "UPDATE rating_entries SET answer = 'not_yet' WHERE id = {newest_entry}",
            "UPDATE ratings SET answer = 'not_yet' WHERE statement_id = {rated}",
        ),
        ("row_changed", "rating_entries {newest_entry} (person {ana})"),
    ),
    Attack(
        "an older answer rewritten",
        ("UPDATE rating_entries SET answer = 'not_yet' WHERE id = {middle_entry}",),
        ("row_changed", "rating_entries {middle_entry}"),
    ),
    Attack(
        "two answers swapped",
        (
            (
                "UPDATE rating_entries SET version = CASE version WHEN 1 THEN 2 ELSE 1 END "
                "WHERE id IN ({first_entry}, {middle_entry})"
            ),
        ),
        ("row_changed", "rating_entries {first_entry} (person {ana}), {middle_entry}"),
    ),
    Attack(
        "an older answer dated otherwise",
        (
            "UPDATE rating_entries SET rated_at = '2026-01-02 10:00:00.000000' WHERE id = {first_entry}",
        ),
        ("row_changed", "rating_entries {first_entry}"),
    ),
    Attack(
        "an older answer deleted",
        ("DELETE FROM rating_entries WHERE id = {first_entry}",),
        ("row_gone", "rating_entries {first_entry} (person {ana})"),
    ),
    Attack(
        "an answer put in",
        (
            (
                "INSERT INTO rating_entries (person_id, skill_id, statement_id, version, answer, basis, "
                "rated_at, salt) SELECT person_id, skill_id, statement_id, 0, 'not_yet', basis, rated_at, salt "
                "FROM rating_entries WHERE id = {first_entry}"
            ),
        ),
        ("row_not_sealed", "rating_entries"),
    ),
    Attack(
        "answers of another person",
        (
            "UPDATE rating_entries SET person_id = {ben} WHERE statement_id = {rated}",
            "UPDATE ratings SET person_id = {ben} WHERE statement_id = {rated}",
        ),
        ("row_not_sealed", "rating_entries {first_entry} (person {ben})"),
    ),
    Attack(
        "the tail of a history cut off", (CUT, BACK), ("row_gone", "rating_entries {newest_entry}")
    ),
    Attack(
        "the tail cut off with its seal",
        (CUT, BACK, "DELETE FROM seals WHERE chain = {ana} AND sequence = {last_seal}"),
        ("seals_rewritten", "person {ana} ("),
    ),
    Attack(
        "a seal deleted",
        ("DELETE FROM seals WHERE chain = {ana} AND sequence = {seal}",),
        ("seals_broken", "(person {ana})"),
    ),
    Attack(
        "a seal forged for what was changed",
        (
            (
                "UPDATE seals SET covered = digest, digest = covered "
                "WHERE chain = {ana} AND sequence = {seal}"
            ),
        ),
        ("seals_broken", "seals {seal} (person {ana})"),
    ),
    Attack(
        "a seal put in",
        (
            (
                "INSERT INTO seals (chain, sequence, covered, digest) "
                "SELECT chain, {last_seal} + 1, covered, digest FROM seals "
                "WHERE chain = {ana} AND sequence = {seal}"
            ),
        ),
        ("seals_broken", "(person {ana})"),
    ),
    Attack(
        "a seal moved to somebody else",
        ("UPDATE seals SET chain = {adam} WHERE chain = {ana} AND sequence = {last_seal}",),
        ("seals_broken", "(person {adam})"),
    ),
    Attack(
        "the note of all seals deleted",
        ("DELETE FROM seals WHERE chain = 0",),
        ("seals_rewritten", "note 1 ("),
    ),
    Attack(
        "a note of seals put in",
        (
            (
                "INSERT INTO seals (chain, sequence, covered, digest) "
                "SELECT chain, 2, covered, digest FROM seals WHERE chain = 0"
            ),
        ),
        ("seals_rewritten", "note 2"),
    ),
    Attack(
        "a statement made a wording of another skill",
        (
            "INSERT INTO skills (slug) VALUES ('small')",
            "UPDATE statements SET skill_id = (SELECT max(id) FROM skills) WHERE id = {unsaid}",
        ),
        ("lineage_changed", "small"),
    ),
    Attack(
        "somebody's move to another version deleted",
        ("DELETE FROM person_versions WHERE person_id = {ana}",),
        ("row_gone", "person_versions"),
    ),
    Attack(
        "what the audit noted of all seals",
        (
            'UPDATE audit_event_details SET facts = \'{{"seal": 1, "root": "f"}}\' WHERE CAST(facts AS TEXT) LIKE \'%root%\'',
        ),
        ("seals_rewritten", "note 1 ("),
    ),
    Attack(
        "an event of the audit deleted",
        (
            "DELETE FROM audit_event_details WHERE event_id = (SELECT min(id) FROM audit_events)",
            "DELETE FROM audit_events WHERE id = (SELECT min(id) FROM audit_events)",
        ),
        ("audit_broken", "event_deleted 1"),
    ),
    Attack(
        "an origin's answers made to count",
        ("UPDATE skill_origins SET carries = TRUE",),
        ("lineage_changed", "small"),
    ),
    Attack("an origin deleted", ("DELETE FROM skill_origins",), ("lineage_changed", "small")),
    Attack(
        "another version for newcomers",
        ("DELETE FROM library_versions WHERE library_id = {library}",),
        ("row_gone", "(library {library})"),
    ),
    Attack(
        "another text of how ratings are used",
        ("UPDATE use_statements SET text = 'x' WHERE library_id = {library}",),
        ("row_changed", "use_statements {use} (library {library})"),
    ),
    Attack(
        "how ratings are used deleted",
        (
            "DELETE FROM use_statement_readings",
            "DELETE FROM use_statements WHERE library_id = {library}",
        ),
        ("row_gone", "use_statements {use} (library {library})"),
    ),
    Attack(
        "what a round kept of its rules",
        ("UPDATE round_snapshots SET facts = '{{}}'",),
        ("row_changed", "round_snapshots {snapshot} (library {library})"),
    ),
    Attack(
        "what a round kept of a person",
        ("UPDATE snapshot_people SET reviewed = 'MMM'",),
        ("row_changed", "snapshot_people {kept} (library {library})"),
    ),
    Attack(
        "a round that was not kept of a person",
        ("DELETE FROM snapshot_people",),
        ("row_gone", "snapshot_people {kept} (library {library})"),
    ),
    Attack(
        "another group of a figure",
        ("UPDATE figure_groups SET person_id = {lea}",),
        ("row_changed", "figure_groups {group} (library {library})"),
    ),
    Attack(
        "a group of a figure deleted",
        ("DELETE FROM figure_groups",),
        ("row_gone", "figure_groups {group} (library {library})"),
    ),
    Attack(
        "a told figure",
        ("UPDATE counted_outcomes SET state = 'at_target'",),
        ("row_changed", "counted_outcomes {outcome} (library {library})"),
    ),
    Attack(
        "a told figure put in",
        (
            (
                "INSERT INTO counted_outcomes (round_id, team_id, person_id, slug, domain_key, "
                "voice, state, reviewed_at, as_of, is_implied) SELECT round_id, team_id, {ben}, "
                "slug, domain_key, voice, state, reviewed_at, as_of, is_implied "
                "FROM counted_outcomes"
            ),
        ),
        ("row_not_sealed", "counted_outcomes"),
    ),
]
"""With the guards dropped."""

LEFT = [
    *(
        Attack(
            f"a person: {set_to}",
            (f"UPDATE people SET {set_to} WHERE id = {{ben}}",),
            ("row_changed", "people {ben} (person {ben})"),
            True,
        )
        for set_to in (
            "administrator = TRUE",
            "operator = TRUE",
            "framework_editor = TRUE",
            "gives_second_opinions = TRUE",
            "password_hash = 'forged'",
            "library_id = {other_library}",
            "disabled_at = created_at",
        )
    ),
    Attack("a person put in", (PERSON,), ("row_not_sealed", "people"), True),
    Attack("a role given", (ROLE,), ("row_not_sealed", "(person {ben})"), True),
    Attack(
        "a role changed",
        ("UPDATE memberships SET role = 'supervisor' WHERE person_id = {ben}",),
        ("row_changed", "memberships {learns} (person {ben})"),
        True,
    ),
    Attack(
        "a role of somebody else",
        ("UPDATE memberships SET person_id = {hugo} WHERE person_id = {ben}",),
        ("row_gone", "memberships {learns} (person {ben})"),
        True,
    ),
    Attack(
        "a role taken away",
        ("DELETE FROM memberships WHERE person_id = {ben}",),
        ("row_gone", "memberships {learns} (person {ben})"),
        True,
    ),
    *(
        Attack(
            f"a setting: {set_to}",
            (f"UPDATE libraries SET {set_to} WHERE id = {{library}}",),
            ("row_changed", "libraries {library} (library {library})"),
            True,
        )
        for set_to in (
            "names_to_coordinators = NOT names_to_coordinators",
            "hr_email = 'eve@example.org'",
            "endorsement_months = 99",
        )
    ),
    Attack("how ratings are used, anew", (USE,), ("row_not_sealed", "use_statements"), True),
    Attack("an endorsement invented", (INVENT,), ("row_not_sealed", "endorsements {next}"), True),
    Attack("a status revived", (REVIVE,), ("row_changed", "endorsements {revoked}"), True),
    Attack(
        "texts blanked under a forged erasure",
        (OPEN, OF_EVIDENCE, BLANK),
        ("text_missing", "review_item_texts {item}"),
        True,
    ),
    Attack(
        "an endorsement made to count for another statement",
        (ORIGIN,),
        ("lineage_changed", "small"),
        True,
    ),
    Attack(
        "somebody moved to another version", (MOVE,), ("row_not_sealed", "person_versions"), True
    ),
    *(
        Attack(query, (query,), None, True)
        for query in (
            "UPDATE skill_origins SET carries = TRUE",
            "DELETE FROM skill_origins",
            "UPDATE statements SET skill_id = 1",
            "UPDATE skills SET slug = 'x'",
            "UPDATE person_versions SET framework_id = 1",
            "DELETE FROM person_versions",
            "UPDATE library_versions SET framework_id = 1",
            "UPDATE rating_entries SET answer = 'partly'",
            "DELETE FROM review_moves",
            "DELETE FROM review_item_texts",
            "UPDATE review_item_texts SET salt = 'x'",
            "UPDATE review_item_texts SET reviewer_note = 'x' WHERE item_id = {item}",
            BLANK,
            "DELETE FROM review_item_evidence",
            "UPDATE review_item_evidence SET reason = 'x'",
            "UPDATE review_messages SET text = ''",
            "DELETE FROM review_messages",
            "UPDATE reviews SET learner_id = {ben}",
            "DELETE FROM reviews",
            "UPDATE seals SET covered = digest",
            "DELETE FROM seals",
            "UPDATE erasures SET person_id = {ana}",
            "UPDATE erasures SET closed_at = NULL",
            "DELETE FROM erasures",
            "DELETE FROM endorsement_texts",
            "UPDATE endorsement_texts SET reason = 'x'",
            "UPDATE looks SET reader_id = {hugo}",
            "DELETE FROM looks",
            "DELETE FROM rating_entries",
            "DELETE FROM snapshot_people",
            "UPDATE snapshot_people SET reviewed = reviewed",
            "UPDATE people SET email = 'eve@example.org' WHERE id = {adam}",
            "UPDATE use_statements SET text = 'x'",
            "DELETE FROM use_statement_readings",
        )
    ),
]
"""With the guards in place."""
ATTACKS = [*DROPPED, *LEFT]
