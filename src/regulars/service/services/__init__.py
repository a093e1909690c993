"""Verbs about cases."""

from regulars.service.services.answering import Answer, AnswerRefused, answer_case, note_case
from regulars.service.services.caring import aftercare_by_link, answer_aftercare, say_settled, send_aftercare, settled_link
from regulars.service.services.ending import (
    Resolution,
    ResolutionRefused,
    close_settled,
    reject_answer,
    reopen_case,
    resolve_case,
)
from regulars.service.services.forgetting import forget_cases
from regulars.service.services.giving import (
    GestureDone,
    GestureKeyTaken,
    GestureRefused,
    NewGesture,
    NotYours,
    Room,
    approve_gesture,
    give,
    refuse_gesture,
    reverse_gesture,
    room_for,
    rooms_for,
)
from regulars.service.services.joining import MergeRefused, link_cases, merge_cases, split_case, unmerge_case
from regulars.service.services.linking import case_by_link, matter_link
from regulars.service.services.noticing import look_at_clocks, see_notices
from regulars.service.services.opening import CaseKeyTaken, CaseRefused, NewCase, Opened, SoundsLikeComplaint, open_case
from regulars.service.services.promising import (
    CasePromiseRefused,
    PromiseEnded,
    keep_promise,
    promise_in_case,
    withdraw_promise,
)
from regulars.service.services.queues import QueueRefused, be_present, save_article, set_queue
from regulars.service.services.receiving import make_courtesy, note_not_delivered, take_mail, take_mail_numbered
from regulars.service.services.reviewing import ReviewRefused, answer_contest, contest_review, review_case, set_scorecard
from regulars.service.services.steering import (
    SnoozeRefused,
    assign_case,
    classify_case,
    go_on,
    name_handler,
    snooze_case,
    wait_for_customer,
    wake_case,
)
from regulars.service.services.upkeep import Recomputed, Verified, recompute, verify
from regulars.service.services.withdrawing import withdraw_cases
from regulars.service.services.writing import CaseChangedMeanwhile, CaseDone

__all__ = [
    "Answer",
    "AnswerRefused",
    "CaseChangedMeanwhile",
    "CaseDone",
    "CaseKeyTaken",
    "CasePromiseRefused",
    "CaseRefused",
    "GestureDone",
    "GestureKeyTaken",
    "GestureRefused",
    "MergeRefused",
    "NewCase",
    "NewGesture",
    "NotYours",
    "Opened",
    "PromiseEnded",
    "QueueRefused",
    "Recomputed",
    "Resolution",
    "ResolutionRefused",
    "ReviewRefused",
    "Room",
    "SnoozeRefused",
    "SoundsLikeComplaint",
    "Verified",
    "aftercare_by_link",
    "answer_aftercare",
    "answer_case",
    "answer_contest",
    "approve_gesture",
    "assign_case",
    "be_present",
    "case_by_link",
    "classify_case",
    "close_settled",
    "contest_review",
    "forget_cases",
    "give",
    "go_on",
    "keep_promise",
    "link_cases",
    "look_at_clocks",
    "make_courtesy",
    "matter_link",
    "merge_cases",
    "name_handler",
    "note_case",
    "note_not_delivered",
    "open_case",
    "promise_in_case",
    "recompute",
    "refuse_gesture",
    "reject_answer",
    "reopen_case",
    "resolve_case",
    "reverse_gesture",
    "review_case",
    "room_for",
    "rooms_for",
    "save_article",
    "say_settled",
    "see_notices",
    "send_aftercare",
    "set_queue",
    "set_scorecard",
    "settled_link",
    "snooze_case",
    "split_case",
    "take_mail",
    "take_mail_numbered",
    "unmerge_case",
    "verify",
    "wait_for_customer",
    "wake_case",
    "withdraw_cases",
    "withdraw_promise",
]
