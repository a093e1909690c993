"""Verbs of the policy: write it, talk about it, put it in force, confirm it."""

from regulars.policy.services.confirming import ConfirmedAnotherText, confirm_policy
from regulars.policy.services.drafting import DraftMoved, NoDraft, PolicyRefused, change_amounts, discard_draft, lay_out_draft, save_draft
from regulars.policy.services.proposing import (
    ProposalRefused,
    answer_proposal,
    link_proposal,
    make_proposal,
    merge_proposals,
    note_news_of_proposals,
    support_proposal,
)
from regulars.policy.services.publishing import CommentsOpen, publish_policy, withdraw_policy
from regulars.policy.services.reminding import remind_to_confirm
from regulars.policy.services.talking import answer_comment, comment_on_draft, vote_on_paragraph
from regulars.policy.services.translating import translate_policy

__all__ = [
    "CommentsOpen",
    "ConfirmedAnotherText",
    "DraftMoved",
    "NoDraft",
    "PolicyRefused",
    "ProposalRefused",
    "answer_comment",
    "answer_proposal",
    "change_amounts",
    "comment_on_draft",
    "confirm_policy",
    "discard_draft",
    "lay_out_draft",
    "link_proposal",
    "make_proposal",
    "merge_proposals",
    "note_news_of_proposals",
    "publish_policy",
    "remind_to_confirm",
    "save_draft",
    "support_proposal",
    "translate_policy",
    "vote_on_paragraph",
    "withdraw_policy",
]
