"""Answers of the policy: deadlines by a calendar and how they come about; what is in force, who has confirmed it."""

from regulars.policy.models import Comment, Draft, Proposal, Reminder, Version
from regulars.policy.queries.authority import authority_kinds_of, authority_of
from regulars.policy.queries.deadlines import Deadline, PauseRefused, StartRefused, deadline_by, instant_of
from regulars.policy.queries.proposals import ProposalShown, news_of_proposals, proposals
from regulars.policy.queries.reading import CalendarRefused, TargetRefused, calendar_of, target_of
from regulars.policy.queries.versions import (
    ConfirmationRate,
    PersonToConfirm,
    PolicyText,
    confirmation_rate,
    confirmed_by,
    due_to_confirm_of,
    open_draft,
    overdue_confirmations,
    policy_of_version,
    policy_to_confirm,
    policy_versions,
    text_in,
    texts_of,
    version_at,
    version_numbered,
    version_of,
)
from regulars.policy.queries.wording import (
    CHANNEL_WORDS,
    PRIORITY_WORDS,
    OwnWords,
    ParagraphShown,
    gesture_in_words,
    paragraphs_shown,
    step_in_words,
    target_in_words,
)
from regulars.policy.rules.authority import Authority
from regulars.policy.rules.calendars import Calendar, CalendarFault, calendar_from
from regulars.policy.rules.deadlines import Piece, Why, account, due_at
from regulars.policy.rules.document import Policy, policy_in
from regulars.policy.rules.editing import FIELDS, Place, Section, values_in
from regulars.policy.rules.matching import level_for, traits_named
from regulars.policy.rules.parts import RANK, Level, NamedPerson, Step
from regulars.policy.rules.starting_points import STARTING_POINTS, starting_point
from regulars.policy.rules.targets import Target, target_from
from regulars.policy.rules.working_time import NeverAgain, WorkingTime

__all__ = [
    "CHANNEL_WORDS",
    "FIELDS",
    "PRIORITY_WORDS",
    "RANK",
    "STARTING_POINTS",
    "Authority",
    "Calendar",
    "CalendarFault",
    "CalendarRefused",
    "Comment",
    "ConfirmationRate",
    "Deadline",
    "Draft",
    "Level",
    "NamedPerson",
    "NeverAgain",
    "OwnWords",
    "ParagraphShown",
    "PauseRefused",
    "PersonToConfirm",
    "Piece",
    "Place",
    "Policy",
    "PolicyText",
    "Proposal",
    "ProposalShown",
    "Reminder",
    "Section",
    "StartRefused",
    "Step",
    "Target",
    "TargetRefused",
    "Version",
    "Why",
    "WorkingTime",
    "account",
    "authority_kinds_of",
    "authority_of",
    "calendar_from",
    "calendar_of",
    "confirmation_rate",
    "confirmed_by",
    "deadline_by",
    "due_at",
    "due_to_confirm_of",
    "gesture_in_words",
    "instant_of",
    "level_for",
    "news_of_proposals",
    "open_draft",
    "overdue_confirmations",
    "paragraphs_shown",
    "policy_in",
    "policy_of_version",
    "policy_to_confirm",
    "policy_versions",
    "proposals",
    "starting_point",
    "step_in_words",
    "target_from",
    "target_in_words",
    "target_of",
    "text_in",
    "texts_of",
    "traits_named",
    "values_in",
    "version_at",
    "version_numbered",
    "version_of",
]
