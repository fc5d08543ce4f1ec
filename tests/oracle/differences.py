"""What is meant to be otherwise than on commit 56af7b16. Each stands here with why; one that does not
occur anymore fails the test."""

from tests.oracle.comparing import Difference

DIFFERENCES: tuple[Difference, ...] = ()
