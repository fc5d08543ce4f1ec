"""The pages, a file for each noun. A new file's blueprint joins the list."""

from flask import Blueprint

from tracker.accounts.account import views as account_views
from tracker.accounts.addresses import views as addresses_views
from tracker.accounts.links import views as links_views
from tracker.accounts.readers import views as readers_views
from tracker.accounts.sign_in import views as sign_in_views
from tracker.administration.access_review import views as access_review_views
from tracker.administration.accounts import views as accounts_views
from tracker.administration.exclusions import views as exclusions_views
from tracker.administration.library import views as library_views
from tracker.administration.memberships import views as memberships_views
from tracker.administration.people import views as people_views
from tracker.administration.role_profiles import views as role_profiles_views
from tracker.administration.roster import views as roster_views
from tracker.administration.rounds import views as rounds_views
from tracker.administration.teams import views as teams_views
from tracker.administration.use_statements import views as use_statements_views
from tracker.administration.version_moves import views as version_moves_views
from tracker.assessment.imports import views as imports_views
from tracker.assessment.older import views as older_views
from tracker.assessment.ratings import views as ratings_views, views_page as ratings_views_page
from tracker.evidence.erasures import views as erasures_views
from tracker.evidence.pieces import views as pieces_views
from tracker.frameworks.corrections import views as corrections_views
from tracker.frameworks.drafts import views as drafts_views, views_preview as drafts_views_preview
from tracker.frameworks.published import views as published_views
from tracker.frameworks.versions import views as frameworks_versions_views
from tracker.notifications.mail import views as mail_views
from tracker.notifications.notices import views as notices_views
from tracker.operations.audit import views as audit_views
from tracker.operations.backups import views as backups_views
from tracker.operations.daily_work import views_jobs as daily_work_views_jobs
from tracker.operations.system import views as system_views
from tracker.profiles.profile import views as profile_views
from tracker.reviews.batch import views as batch_views
from tracker.reviews.differences import views as differences_views
from tracker.reviews.endorsements import views as endorsements_views
from tracker.reviews.handovers import views as handovers_views
from tracker.reviews.review import views as review_views
from tracker.reviews.second_opinions import views as second_opinions_views
from tracker.teams.gaps import views as gaps_views
from tracker.teams.rounds import views as teams_rounds_views
from tracker.teams.team import views as team_views
from tracker.today.front import views as front_views
from tracker.today.own_record import views as own_record_views
from tracker.today.page import views as page_views
from tracker.today.search import views as search_views

BLUEPRINTS: list[Blueprint] = [
    access_review_views.bp,
    account_views.bp,
    addresses_views.bp,
    links_views.resets,
    links_views.inviting,
    readers_views.bp,
    readers_views.own,
    sign_in_views.settings,
    library_views.bp,
    audit_views.bp,
    backups_views.bp,
    mail_views.bp,
    memberships_views.bp,
    memberships_views.flows,
    exclusions_views.bp,
    people_views.bp,
    accounts_views.removal,
    people_views.legal_holds,
    memberships_views.bulk,
    version_moves_views.bp,
    role_profiles_views.bp,
    roster_views.bp,
    rounds_views.bp,
    exclusions_views.sensitive,
    teams_views.bp,
    use_statements_views.bp,
    ratings_views.bp,
    ratings_views_page.bp,
    ratings_views_page.grid,
    corrections_views.bp,
    differences_views.bp,
    account_views.drafts,
    endorsements_views.bp,
    erasures_views.bp,
    pieces_views.bp,
    endorsements_views.exceptions,
    page_views.finish,
    own_record_views.bp,
    front_views.bp,
    drafts_views.files,
    drafts_views.bp,
    drafts_views_preview.bp,
    frameworks_versions_views.bp,
    published_views.bp,
    handovers_views.bp,
    page_views.bp,
    links_views.given,
    system_views.health,
    links_views.bp,
    daily_work_views_jobs.bp,
    library_views.libraries,
    notices_views.bp,
    profile_views.bp,
    older_views.bp,
    imports_views.bp,
    review_views.bp,
    second_opinions_views.bp,
    batch_views.bp,
    search_views.bp,
    endorsements_views.statements,
    system_views.bp,
    team_views.bp,
    gaps_views.drill,
    gaps_views.files,
    teams_rounds_views.bp,
]
