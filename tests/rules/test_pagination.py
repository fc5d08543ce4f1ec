"""Pages of a long list."""

import pytest

from tracker.rules.pagination import PAGE, nearest_page, pages_of, table_page


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (1, 1), (PAGE, 1), (PAGE + 1, 2)])
def test_how_many_pages(count: int, pages: int) -> None:
    assert pages_of(count) == pages


@pytest.mark.parametrize(("asked", "page"), [(-1, 1), (0, 1), (1, 1), (3, 3), (4, 3)])
def test_the_nearest_page_there_is(asked: int, page: int) -> None:
    assert nearest_page(asked, 2 * PAGE + 1) == page


def test_every_row_is_on_one_page() -> None:
    rows = range(2 * PAGE + 1)
    found = [table_page(rows, page) for page in (1, 2, 3)]
    assert [row for page in found for row in page.rows] == list(rows)
    assert {(page.count, page.pages) for page in found} == {(2 * PAGE + 1, 3)}
