"""Words for how far a move to a new version has come, with the kind of their tag."""

from flask_babel import lazy_gettext as _l

from tracker.rules.frameworks.carrying import CarryingStatus

STATUSES = {
    CarryingStatus.PLANNED: (_l("planned"), "warn"),
    CarryingStatus.CALLED_OFF: (_l("called off"), ""),
    CarryingStatus.RUNNING: (_l("running"), "brand"),
    CarryingStatus.DONE: (_l("done"), "ok"),
    CarryingStatus.UNDOING: (_l("being undone"), "brand"),
    CarryingStatus.UNDONE: (_l("undone"), ""),
}
