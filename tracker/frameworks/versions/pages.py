"""What a version asks for at a level, in words."""

from flask_babel import gettext as _, ngettext

from tracker.frameworks.versions.rules_levels import LevelRule


def share_words(rule: LevelRule) -> str:
    is_whole = rule.met == rule.of
    return _("all") if is_whole else _("%(met)s of every %(of)s", met=rule.met, of=rule.of)


def rule_words(rule: LevelRule) -> str:
    """ "4 of every 5 statements, if at least 2 apply"."""
    return ngettext(
        "%(share)s statements, if at least %(num)d applies",
        "%(share)s statements, if at least %(num)d apply",
        rule.least,
        share=share_words(rule),
    )
