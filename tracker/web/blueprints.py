"""The pages, a file for each noun. A new file's blueprint joins the list."""

from flask import Blueprint

from tracker.web.accounts import address_views as addresses
from tracker.web.accounts import draft_views as drafts
from tracker.web.accounts import given_link_views as given_links
from tracker.web.accounts import invitation_views as invitations
from tracker.web.accounts import other_account_views as other_account
from tracker.web.accounts import password_reset_views as password_resets
from tracker.web.accounts import people_invitation_views as people_invitations
from tracker.web.accounts import reader_views as readers
from tracker.web.accounts import sign_in_settings_views as sign_in_settings
from tracker.web.accounts import views as accounts
from tracker.web.administration import access_review_views as access_review
from tracker.web.administration import exclusion_views as exclusions
from tracker.web.administration import people_views as people
from tracker.web.administration import role_profile_views as role_profiles
from tracker.web.administration import round_views as rounds
from tracker.web.administration import sensitive_views as sensitive
from tracker.web.administration import team_views as admin_teams
from tracker.web.administration import use_statement_views as use_statement
from tracker.web.administration import views as administration
from tracker.web.administration.accounts import legal_hold_views as legal_holds
from tracker.web.administration.accounts import merge_views as account_merges
from tracker.web.administration.accounts import removal_views as account_removal
from tracker.web.administration.bulk_edits import views as bulk_edits
from tracker.web.administration.leaving import views as leaving
from tracker.web.administration.libraries import views as libraries
from tracker.web.administration.memberships import flow_views as membership_flows
from tracker.web.administration.memberships import views as memberships
from tracker.web.administration.moves import views as version_moves
from tracker.web.administration.roster import views as rosters
from tracker.web.assessment import grid_views as grids
from tracker.web.assessment import import_views as rating_import
from tracker.web.assessment import older_views as older_ratings
from tracker.web.assessment import page_views as rating_pages
from tracker.web.assessment import views as assessment
from tracker.web.dashboard import finish_views as finish
from tracker.web.dashboard import front_views as front
from tracker.web.dashboard import search_views as search
from tracker.web.dashboard import views as dashboard
from tracker.web.evidence import erasure_views as erasures
from tracker.web.evidence import views as evidence
from tracker.web.frameworks import correction_views as corrections
from tracker.web.frameworks import version_views as framework_versions
from tracker.web.frameworks import views as frameworks
from tracker.web.frameworks.drafts import file_views as framework_draft_files
from tracker.web.frameworks.drafts import preview_views as framework_previews
from tracker.web.frameworks.drafts import views as framework_drafts
from tracker.web.notifications import mail_views as mail
from tracker.web.notifications import views as notifications
from tracker.web.operations import audit_views as audit
from tracker.web.operations import backup_views as backup
from tracker.web.operations import job_views as jobs
from tracker.web.operations import system_views as system
from tracker.web.profiles import views as profiles
from tracker.web.reviews import delegate_views as delegates
from tracker.web.reviews import handover_list_views as handover_lists
from tracker.web.reviews import handover_views as handovers
from tracker.web.reviews import second_opinion_views as second_opinions
from tracker.web.reviews import views as reviews
from tracker.web.reviews.batch import views as batch
from tracker.web.reviews.differences import views as differences
from tracker.web.reviews.endorsements import exception_views as exceptions
from tracker.web.reviews.endorsements import statement_views as statements
from tracker.web.reviews.endorsements import views as endorsements
from tracker.web.teams import views as teams
from tracker.web.teams.gaps import drill_views as gap_drill
from tracker.web.teams.gaps import file_views as gap_files
from tracker.web.teams.rounds import views as team_rounds

BLUEPRINTS: list[Blueprint] = [
    access_review.bp,
    accounts.bp,
    addresses.bp,
    password_resets.bp,
    people_invitations.bp,
    readers.bp,
    readers.own,
    sign_in_settings.bp,
    administration.bp,
    audit.bp,
    backup.bp,
    mail.bp,
    memberships.bp,
    membership_flows.bp,
    exclusions.bp,
    people.bp,
    leaving.bp,
    account_merges.bp,
    account_removal.bp,
    legal_holds.bp,
    other_account.bp,
    bulk_edits.bp,
    version_moves.bp,
    role_profiles.bp,
    rosters.bp,
    rounds.bp,
    sensitive.bp,
    admin_teams.bp,
    use_statement.bp,
    assessment.bp,
    rating_pages.bp,
    grids.bp,
    corrections.bp,
    delegates.bp,
    differences.bp,
    drafts.bp,
    endorsements.bp,
    erasures.bp,
    evidence.bp,
    exceptions.bp,
    finish.bp,
    front.bp,
    framework_draft_files.bp,
    framework_drafts.bp,
    framework_previews.bp,
    framework_versions.bp,
    frameworks.bp,
    handovers.bp,
    handover_lists.bp,
    dashboard.bp,
    given_links.bp,
    invitations.bp,
    jobs.bp,
    libraries.bp,
    notifications.bp,
    profiles.bp,
    older_ratings.bp,
    rating_import.bp,
    reviews.bp,
    second_opinions.bp,
    batch.bp,
    search.bp,
    statements.bp,
    system.bp,
    teams.bp,
    gap_drill.bp,
    gap_files.bp,
    team_rounds.bp,
]
