"""The colors of the gap matrix."""

import pytest

from tracker.web.teams.gaps.matrix import TONES, tone


@pytest.mark.parametrize("levels", range(1, TONES + 1))
def test_no_two_levels_of_a_section_share_a_color(levels: int) -> None:
    tones = [tone(rank, levels) for rank in range(levels + 1)]
    assert tones[0] == 0
    assert tones[-1] == TONES
    assert sorted(set(tones)) == tones
