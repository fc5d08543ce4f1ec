"""What the last commit before statements became wordings of skills said, against what is said now.

`recorded/` was made by `python -m tests.oracle.record` on commit 56af7b16, and is never made anew from
other code. What differs on purpose stands in differences.py.
"""
