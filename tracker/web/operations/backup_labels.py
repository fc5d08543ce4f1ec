"""What can be found wrong with a backup, in the reader's language."""

from tracker.rules.operations.backups import FINDINGS
from tracker.web.i18n.languages import catalogue


def sentence(finding: str) -> str:
    """For a line as it is stored: a code, and what it is about."""
    code, _space, what = finding.partition(" ")
    return str(catalogue().ugettext(FINDINGS[code])) % {"what": what}
