"""The pages, a file for each noun. A new file's blueprint joins the list."""

from flask import Blueprint

from tracker.accounts.account import views as accounts
from tracker.accounts.addresses import views as addresses
from tracker.accounts.links import views as invitations, views_inviting as people_invitations
from tracker.accounts.readers import views as readers
from tracker.accounts.sign_in import views as sign_in
from tracker.administration.access_review import views as access_review
from tracker.administration.accounts import views as ended_accounts
from tracker.administration.exclusions import views as exclusions
from tracker.administration.library import views as administration
from tracker.administration.memberships import views as memberships
from tracker.administration.people import views as people
from tracker.administration.role_profiles import views as role_profiles
from tracker.administration.roster import views as rosters
from tracker.administration.rounds import views as rounds
from tracker.administration.teams import views as admin_teams
from tracker.administration.use_statements import views as use_statement
from tracker.administration.version_moves import views as version_moves
from tracker.assessment.imports import views as rating_import
from tracker.assessment.older import views as older_ratings
from tracker.assessment.ratings import views as assessment, views_page as rating_pages
from tracker.evidence.erasures import views as erasures
from tracker.evidence.pieces import views as evidence
from tracker.frameworks.corrections import views as corrections
from tracker.frameworks.drafts import views as framework_drafts, views_preview as framework_previews
from tracker.frameworks.published import views as frameworks
from tracker.frameworks.versions import views as framework_versions
from tracker.notifications.mail import views as mail
from tracker.notifications.notices import views as notifications
from tracker.operations.audit import views as audit
from tracker.operations.backups import views as backup
from tracker.operations.daily_work import views_jobs as jobs
from tracker.operations.system import views as system, views_health as health
from tracker.profiles.profile import views as profiles
from tracker.reviews.batch import views as batch
from tracker.reviews.differences import views as differences
from tracker.reviews.endorsements import views as endorsements
from tracker.reviews.handovers import views as handovers
from tracker.reviews.review import views as reviews
from tracker.reviews.second_opinions import views as second_opinions
from tracker.teams.gaps import views as gaps
from tracker.teams.rounds import views as team_rounds
from tracker.teams.team import views as teams
from tracker.today.front import views as front
from tracker.today.page import views as dashboard, views_finish as finish
from tracker.today.search import views as search

BLUEPRINTS: list[Blueprint] = [
    access_review.bp,
    accounts.bp,
    addresses.bp,
    invitations.resets,
    people_invitations.bp,
    readers.bp,
    readers.own,
    sign_in.settings,
    administration.bp,
    audit.bp,
    backup.bp,
    mail.bp,
    memberships.bp,
    memberships.flows,
    exclusions.bp,
    people.bp,
    ended_accounts.removal,
    people.legal_holds,
    memberships.bulk,
    version_moves.bp,
    role_profiles.bp,
    rosters.bp,
    rounds.bp,
    exclusions.sensitive,
    admin_teams.bp,
    use_statement.bp,
    assessment.bp,
    rating_pages.bp,
    rating_pages.grid,
    corrections.bp,
    differences.bp,
    accounts.drafts,
    endorsements.bp,
    erasures.bp,
    evidence.bp,
    endorsements.exceptions,
    finish.bp,
    front.bp,
    framework_drafts.files,
    framework_drafts.bp,
    framework_previews.bp,
    framework_versions.bp,
    frameworks.bp,
    handovers.bp,
    dashboard.bp,
    invitations.given,
    health.bp,
    invitations.bp,
    jobs.bp,
    administration.libraries,
    notifications.bp,
    profiles.bp,
    older_ratings.bp,
    rating_import.bp,
    reviews.bp,
    second_opinions.bp,
    batch.bp,
    search.bp,
    endorsements.statements,
    system.bp,
    teams.bp,
    gaps.drill,
    gaps.files,
    team_rounds.bp,
]
