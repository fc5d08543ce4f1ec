import pytest

from tracker.record.workflow.rules import ReviewStatus, is_done
from tracker.rules.core.notices import NoticeKind


@pytest.mark.parametrize(
    ("kind", "status", "has_questions", "done"),
    [
        (NoticeKind.REVIEW_SENT, ReviewStatus.SENT, False, False),
        (NoticeKind.REVIEW_SENT, ReviewStatus.IN_REVIEW, False, False),
        (NoticeKind.REVIEW_OVERDUE, ReviewStatus.DIFFERENCES_OPEN, False, True),
        (NoticeKind.REVIEW_SENT, ReviewStatus.WITHDRAWN, False, True),
        (NoticeKind.ITEM_RETURNED, ReviewStatus.IN_REVIEW, True, False),
        (NoticeKind.ITEM_RETURNED, ReviewStatus.IN_REVIEW, False, True),
        (NoticeKind.REVIEW_REVEALED, ReviewStatus.DIFFERENCES_OPEN, False, False),
        (NoticeKind.REVIEW_REVEALED, ReviewStatus.CLOSED, False, True),
        (NoticeKind.REVIEW_CLOSED, ReviewStatus.CLOSED, False, False),
        (NoticeKind.VERSION_MOVED, None, False, False),
        (NoticeKind.ITEM_RETURNED, None, False, False),
    ],
)
def test_what_a_notice_asks_for_is_done(
    kind: NoticeKind, status: ReviewStatus | None, has_questions: bool, done: bool
) -> None:
    assert is_done(kind, status, has_questions=has_questions) is done
