"""What the last commit before statements became wordings of skills said, against what is said now.

`recorded/` was made by `python -m tests.oracle.record` on commit 56af7b16, and is never made anew from
other code. What differs on purpose stands in differences.py, each with why; what names tables and
columns that change, and how people are moved to a version, in adapter.py.

    python -m pytest tests/oracle -k world-1     one case, a few seconds
    TRACKER_REQUIRE=postgres python -m pytest tests/oracle -n auto     all of them
"""
