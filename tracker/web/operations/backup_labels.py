"""What can be found wrong with a backup, in the reader's language."""

from flask_babel import lazy_gettext as _l

from tracker.rules.operations.backups import FINDINGS, BackupState
from tracker.web.i18n.languages import catalogue

STATES = {
    BackupState.UNTESTED: _l("Nobody knows yet whether it can be restored: it was not tested."),
    BackupState.PASSED: _l("It passed its test."),
    BackupState.FAULTY: _l("It has faults. Keep the older ones."),
}


def sentence(finding: str) -> str:
    """For a line as it is stored: a code, and what it is about."""
    code, _space, what = finding.partition(" ")
    return str(catalogue().ugettext(FINDINGS[code])) % {"what": what}
