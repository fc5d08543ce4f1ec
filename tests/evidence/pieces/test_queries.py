"""Evidence that is searched, filtered, counted, and turned page by page."""

from pathlib import Path

from tests.evidence.pieces.stored import Somebody, linked
from tests.factories.evidence import TXT, piece
from tests.factories.world import World
from tracker.evidence.files.rules import Upload
from tracker.evidence.pieces import actions as pieces_actions, queries as pieces_queries
from tracker.evidence.pieces.rules import EvidenceContent
from tracker.queries.asking import ask

# ---- lists


def test_the_search_reads_every_place_and_takes_signs_for_themselves(
    somebody: Somebody, world: World, tmp_path: Path
) -> None:
    titles = {
        "100% of aisle": piece(world, title="100% of aisle"),
        "100 of aisle": piece(world, title="100 of aisle"),
        "a_b": piece(world, title="a_b"),
        "axb": piece(world, title="axb"),
        "text": piece(world, title="text", text="about Zebras\\and more"),
        "url": piece(world, title="url", url="https://example.org/zebra"),
        "file": piece(world, title="file", folder=tmp_path, upload=Upload("zebra.txt", TXT)),
        "other": piece(world, "ben", title="zebra of Ben"),
    }

    def found(words: str) -> set[str]:
        ids = {row.id for row in pieces_queries.mine(world.people["ana"], find=words).rows}
        return {title for title, made in titles.items() if made in ids}

    assert found("100%") == {"100% of aisle"}
    assert found("a_b") == {"a_b"}
    assert found("ZEBRA") == {"text", "url", "file"}
    assert found("aisle 100") == {"100% of aisle", "100 of aisle"}
    assert found("s\\a") == {"text"}
    assert found("'; DROP TABLE evidence; --") == set()


def test_only_what_stands_now_is_found(somebody: Somebody, world: World) -> None:
    made = piece(world, title="before")
    pieces_actions.edit(somebody("ana"), made, 1, EvidenceContent("after"), now=world.now)
    assert pieces_queries.mine(world.people["ana"], find="before").rows == []
    assert [row.title for row in pieces_queries.mine(world.people["ana"]).rows] == ["after"]


def test_filters_counts_and_pages(somebody: Somebody, world: World) -> None:
    ana = somebody("ana")
    statement = world.statements["technical"][0]
    for number in range(pieces_queries.PAGE + 2):
        piece(world, title=f"Piece {number}", reasons={statement: ""} if number < 3 else {})
    pieces_actions.archive(ana, pieces_queries.mine(ana.person_id).rows[0].id, world.now)
    assert pieces_queries.counts(ana.person_id) == (
        pieces_queries.PAGE + 1,
        pieces_queries.PAGE - 2,
        1,
    )
    first, second = pieces_queries.mine(ana.person_id), pieces_queries.mine(ana.person_id, page=2)
    assert (len(first.rows), len(second.rows), first.total, first.pages) == (
        pieces_queries.PAGE,
        1,
        pieces_queries.PAGE + 1,
        2,
    )
    assert pieces_queries.mine(ana.person_id, statement_id=statement).total == 3
    assert (
        pieces_queries.mine(ana.person_id, show=pieces_queries.EvidenceFilter.ARCHIVED)
        .rows[0]
        .archived
    )
    assert pieces_queries.mine(ana.person_id, page=9).rows == []
    assert len(ask(pieces_queries.unlinked_to(ana.person_id, statement))) == pieces_queries.PAGE - 2
    assert pieces_queries.counts(world.people["ben"]) == (0, 0, 0)
    assert linked(world.people["ben"], *world.statements["technical"]) == {}
