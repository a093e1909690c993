"""The authorisation table: route × method × role × key scope, as data. A route without a row stops the start-up."""

from __future__ import annotations

from dataclasses import replace

from regulars.staff.queries import READ, Role, Row, Table

EVERYBODY = frozenset(Role)
HEADS = frozenset({Role.EXECUTIVE})
LEADS = HEADS | {Role.MANAGER}
SUPERVISE = LEADS | {Role.SUPERVISOR}
SERVE = SUPERVISE | {Role.AGENT, Role.CASHIER}
ANALYSE = SUPERVISE | {Role.MARKETER, Role.READ_ONLY}
NO_READERS = EVERYBODY - {Role.READ_ONLY, Role.MARKETER}
NO_TILL = EVERYBODY - {Role.CASHIER}
POST = ("POST",)


def public(route: str, *methods: str) -> Row:
    return Row(route, methods or READ, public=True)


def read(route: str, roles: frozenset[Role]) -> Row:
    return Row(route, READ, roles=roles)


def write(route: str, roles: frozenset[Role]) -> Row:
    return Row(route, POST, roles=roles)


def ask(route: str, scope: str) -> Row:
    return Row(route, ("GET",), scope=scope)


def tell(route: str, scope: str) -> Row:
    return Row(route, POST, scope=scope)


def grave(*rows: Row) -> list[Row]:
    """The same rows, for callers who have proved within the last minutes who they are."""
    return [replace(row, fresh=True) for row in rows]


def both(route: str, roles: frozenset[Role]) -> Row:
    return Row(route, (*READ, *POST), roles=roles)


TABLE = Table(
    [
        # Open to everybody who can reach the server.
        public("health"),
        public("ready"),
        public("metrics"),  # answers to the machine itself and to the metrics token only
        public("desk:sign_in", *READ, "POST"),
        public("desk:second_step", *READ, "POST"),
        public("desk:passkey_question", *POST),
        public("desk:passkey_sign_in", *POST),
        public("desk:leave_outside", *POST),
        public("desk:return_outside", "GET"),
        public("desk:join", *READ, "POST"),
        public("desk:welcome", *READ, "POST"),
        public("desk:wishes", *READ, "POST"),  # opened by a link that only we can make
        public("desk:unsubscribe", *READ, "POST"),
        public("desk:settled", *READ, "POST"),  # opened by a link that only we can make
        public("desk:matter"),  # opened by a link that only we can make
        public("desk:sign_up", *READ, "POST"),
        public("desk:confirm_opt_in", *READ, "POST"),
        public("design:asset"),
        public("design:accent"),
        public("design:favicon", "GET"),
        public("design:theme", *POST),
        public("design:shortcuts", *POST),
        public("design:guide"),
        public("design:guide_layout"),
        public("design:guide_page"),
        # Everybody who is signed in.
        read("desk:today", EVERYBODY),
        write("desk:sign_out", EVERYBODY),
        both("desk:own_account", EVERYBODY),
        write("desk:own_password", EVERYBODY),
        both("desk:confirm", EVERYBODY),
        write("desk:confirm_passkey", EVERYBODY),
        read("desk:security", EVERYBODY),
        *grave(
            both("desk:connect_app", EVERYBODY),
            write("desk:remove_app", EVERYBODY),
            write("desk:recovery_codes", EVERYBODY),
            read("desk:new_passkey", EVERYBODY),
            write("desk:new_passkey_question", EVERYBODY),
            write("desk:keep_passkey", EVERYBODY),
            write("desk:forget_passkey", EVERYBODY),
            write("desk:remove_factors_of", LEADS),
        ),
        # Customers.
        read("desk:customers", EVERYBODY),
        read("desk:customer", EVERYBODY),
        both("desk:new_customer", SERVE | {Role.MARKETER}),
        both("desk:edit_customer", SERVE | {Role.MARKETER}),
        write("desk:add_contact_point", SERVE | {Role.MARKETER}),
        write("desk:remove_contact_point", SERVE | {Role.MARKETER}),
        read("desk:customer_points", EVERYBODY),
        both("desk:adjust_points", SUPERVISE),
        both("desk:transfer_points", SUPERVISE),
        # At the till.
        read("desk:counter", SERVE),
        both("desk:counter_member", SERVE),
        read("desk:counter_sale", SERVE),
        both("desk:counter_refund", SERVE),
        read("desk:counter_refunded", SERVE),
        both("desk:counter_code", SERVE),
        both("desk:counter_member_code", SERVE),
        both("desk:counter_give", SERVE),
        both("desk:counter_use", SERVE),
        write("desk:join_loyalty", SERVE),
        # Cases.
        read("desk:cases", NO_READERS),
        read("desk:case", NO_READERS),
        read("desk:case_file", NO_READERS),
        both("desk:new_case", SERVE),
        write("desk:answer_case", SERVE),
        write("desk:note_case", SERVE),
        write("desk:present_in_case", SERVE),
        write("desk:hand_over_case", SERVE),
        write("desk:take_case", SERVE),
        write("desk:classify_case", SERVE),
        write("desk:steer_case", SERVE),
        write("desk:snooze_case", SERVE),
        both("desk:resolve_case", SERVE),
        write("desk:promise_in_case", SERVE),
        write("desk:end_promise", SERVE),
        write("desk:merge_case", SERVE),
        write("desk:split_case", SERVE),
        write("desk:give", SERVE),
        read("desk:gestures", SERVE),
        read("desk:board", SUPERVISE),
        read("desk:reviews", SUPERVISE),
        both("desk:new_review", SUPERVISE),
        both("desk:scorecard", LEADS),
        read("desk:my_reviews", SERVE),
        read("desk:review", SERVE),
        write("desk:contest_review", SERVE),
        read("desk:warnings", SUPERVISE),
        write("desk:dismiss_warning", SUPERVISE),
        read("desk:service_report", ANALYSE),
        write("desk:decide_gesture", SUPERVISE),
        both("desk:handler", SUPERVISE),
        both("desk:queues", LEADS),
        both("desk:queue", LEADS),
        both("desk:articles", SUPERVISE),
        both("desk:article", SUPERVISE),
        # Loyalty.
        read("desk:loyalty", EVERYBODY),
        read("desk:loyalty_program", EVERYBODY),
        both("desk:new_loyalty_program", LEADS),
        both("desk:edit_loyalty_program", LEADS),
        read("desk:loyalty_statement", ANALYSE),
        read("desk:loyalty_statement_file", ANALYSE),
        write("desk:close_loyalty_days", LEADS),
        read("desk:loyalty_rewards", ANALYSE),
        read("desk:loyalty_rewards_file", ANALYSE),
        read("desk:loyalty_adjustments", SUPERVISE),
        write("desk:decide_adjustment", SUPERVISE),
        write("desk:settle_dispute", SUPERVISE),
        # Contacts.
        read("desk:log", SERVE | {Role.MARKETER}),
        both("desk:log_contact", SERVE | {Role.MARKETER}),
        read("desk:contact", EVERYBODY),
        both("desk:correct_contact", SERVE | {Role.MARKETER}),
        write("desk:void_contact", SUPERVISE),
        read("desk:follow_ups", EVERYBODY),
        write("desk:keep_follow_up", SERVE | {Role.MARKETER}),
        write("desk:cancel_follow_up", SERVE | {Role.MARKETER}),
        read("desk:gate", EVERYBODY),
        read("desk:likes", NO_TILL),
        read("desk:likes_of_all", NO_TILL),
        both("desk:gate_rules", LEADS),
        both("desk:words", LEADS),
        both("desk:word", LEADS),
        read("desk:consent", EVERYBODY),
        write("desk:tell_consent", SERVE | {Role.MARKETER}),
        write("desk:tell_wishes", SERVE | {Role.MARKETER}),
        read("desk:duplicates", SUPERVISE | {Role.AGENT}),
        both("desk:merge_customer", SUPERVISE | {Role.AGENT}),
        write("desk:unmerge_customer", SUPERVISE | {Role.AGENT}),
        write("desk:two_people", SUPERVISE | {Role.AGENT}),
        both("desk:together", SERVE | {Role.MARKETER}),
        write("desk:leave_household", SERVE | {Role.MARKETER}),
        write("desk:end_membership", SERVE | {Role.MARKETER}),
        read("desk:forget_customer", LEADS),
        *grave(write("desk:export_customer", LEADS), write("desk:forget_customer", LEADS)),
        write("desk:hold_customer", LEADS),
        write("desk:release_customer", LEADS),
        # The policy: everybody reads, comments, votes and confirms; leads write; executives put it in force.
        read("desk:policy", EVERYBODY),
        read("desk:policy_version", EVERYBODY),
        write("desk:confirm_policy", EVERYBODY),
        read("desk:policy_draft", EVERYBODY),
        write("desk:comment_policy", EVERYBODY),
        write("desk:vote_policy", EVERYBODY),
        both("desk:edit_policy", LEADS),
        both("desk:change_policy_amounts", LEADS),
        both("desk:translate_policy", LEADS),
        write("desk:lay_out_policy", LEADS),
        write("desk:discard_policy", LEADS),
        write("desk:answer_policy", LEADS),
        write("desk:publish_policy", HEADS),
        both("desk:proposals", EVERYBODY),
        write("desk:support_proposal", EVERYBODY),
        write("desk:answer_proposal", LEADS),
        write("desk:merge_proposal", LEADS),
        write("desk:link_proposal", LEADS),
        read("desk:certificates", SUPERVISE),
        both("desk:certificate_kinds", LEADS),
        both("desk:record_certificate", LEADS),
        both("desk:certificate_list", LEADS),
        write("desk:revoke_certificate", LEADS),
        read("desk:certificate_document", EVERYBODY),  # the holder's own, or anybody's for leads
        write("desk:note_certificate", EVERYBODY),
        read("desk:own_training", EVERYBODY),
        both("desk:write_coaching", SUPERVISE),
        both("desk:coaching_note", EVERYBODY),  # its two people; everybody else gets 404
        write("desk:plan_leave", LEADS),
        write("desk:cancel_leave", LEADS),
        # Purchases.
        read("desk:purchases", EVERYBODY),
        read("desk:purchase", EVERYBODY),
        both("desk:new_purchase", SERVE),
        both("desk:new_refund", SERVE),
        # Mail.
        read("desk:mail", NO_TILL),
        read("desk:mail_one", NO_TILL),
        read("desk:mail_frame", NO_TILL),
        read("desk:mail_source", NO_TILL),
        read("desk:mail_attachment", NO_TILL),
        read("desk:mail_parked", SUPERVISE | {Role.AGENT}),
        read("desk:mail_parked_source", SUPERVISE | {Role.AGENT}),
        write("desk:mail_retry", SUPERVISE | {Role.AGENT}),
        both("desk:write_message", SUPERVISE | {Role.AGENT, Role.MARKETER}),
        read("desk:messages", NO_TILL),
        read("desk:message", NO_TILL),
        read("desk:message_file", NO_TILL),
        both("desk:texts", SUPERVISE | {Role.AGENT, Role.MARKETER}),
        write("desk:mail_stop", SUPERVISE | {Role.MARKETER}),
        both("desk:suppressions", SUPERVISE | {Role.MARKETER}),
        write("desk:lift_suppression", SUPERVISE),
        read("desk:mailboxes", LEADS),
        both("desk:new_mailbox", LEADS),
        both("desk:mailbox", LEADS),
        write("desk:mailbox_fetch", LEADS),
        # Insight.
        read("desk:insight", NO_TILL),
        read("desk:insight_leaving", NO_TILL),
        *grave(read("desk:insight_export", ANALYSE)),
        read("desk:insight_value", NO_TILL),
        read("desk:insight_trust", NO_TILL),
        read("desk:insight_progress", NO_TILL),
        write("desk:insight_refresh", SUPERVISE | {Role.MARKETER}),
        # Imports.
        both("desk:imports", SUPERVISE | {Role.MARKETER}),
        read("desk:import", SUPERVISE | {Role.MARKETER}),
        write("desk:import_plan", SUPERVISE | {Role.MARKETER}),
        write("desk:import_reread", SUPERVISE | {Role.MARKETER}),
        write("desk:import_run", SUPERVISE | {Role.MARKETER}),
        write("desk:import_undo", SUPERVISE),
        write("desk:import_discard", SUPERVISE | {Role.MARKETER}),
        read("desk:import_progress", SUPERVISE | {Role.MARKETER}),
        read("desk:import_not_taken", SUPERVISE | {Role.MARKETER}),
        # The business and its staff.
        read("desk:settings", LEADS),
        both("desk:settings_business", LEADS),
        both("desk:new_branch", LEADS),
        both("desk:branch", LEADS),
        write("desk:opening_hours", LEADS),
        both("desk:holidays", LEADS),
        write("desk:remove_holiday", LEADS),
        read("desk:retention", HEADS),
        *grave(write("desk:retention", HEADS)),
        both("desk:purposes", HEADS),
        both("desk:wordings", HEADS),
        both("desk:assumed_zones", HEADS),
        read("desk:staff", LEADS),
        read("desk:employee", LEADS),
        *grave(write("desk:staff", LEADS), write("desk:employee", LEADS)),
        write("desk:let_go", LEADS),
        write("desk:withdraw_invitation", LEADS),
        read("desk:keys", LEADS),
        *grave(write("desk:keys", LEADS)),
        write("desk:revoke_key", LEADS),
        read("desk:shops", LEADS),
        read("desk:shop", LEADS),
        *grave(both("desk:new_shop", LEADS), write("desk:shop_secret", LEADS)),
        both("desk:edit_shop", LEADS),
        write("desk:remove_shop", LEADS),
        write("desk:retry_delivery", LEADS),
        read("desk:authorisation", LEADS),
        read("desk:jobs", LEADS),
        write("desk:replay_job", LEADS),
        # The HTTP API, by keys.
        public("api:openapi-json", "GET"),
        public("api:openapi-view", "GET"),
        public("api:api-root", "GET"),
        ask("api:customers", "customers:read"),
        tell("api:customers", "customers:write"),
        ask("api:customer", "customers:read"),
        tell("api:contacts", "contacts:write"),
        ask("api:timeline", "contacts:read"),
        tell("api:merge_customer", "customers:write"),
        tell("api:unmerge_customer", "customers:write"),
        ask("api:consents", "customers:read"),
        tell("api:consents", "customers:write"),
        ask("api:wishes", "customers:read"),
        tell("api:wishes", "customers:write"),
        ask("api:export_customer", "privacy:read"),
        tell("api:forget_customer", "privacy:write"),
        tell("api:gate_decisions", "gate:write"),
        ask("api:gate_reservation", "gate:read"),
        tell("api:gate_confirm", "gate:write"),
        tell("api:gate_release", "gate:write"),
        ask("api:gate_rules", "gate:read"),
        tell("api:gate_rules", "gate:write"),
        ask("api:purchases", "purchases:read"),
        tell("api:purchases", "purchases:write"),
        ask("api:purchase", "purchases:read"),
        ask("api:message", "messages:read"),
        tell("api:messages", "messages:write"),
        ask("api:cases", "cases:read"),
        tell("api:cases", "cases:write"),
        ask("api:case", "cases:read"),
        ask("api:case_messages", "cases:read"),
        tell("api:case_messages", "cases:write"),
        ask("api:case_promises", "cases:read"),
        tell("api:case_promises", "cases:write"),
        tell("api:case_promise_end", "cases:write"),
        ask("api:case_gestures", "cases:read"),
        tell("api:case_gestures", "cases:write"),
        ask("api:case_resolution", "cases:read"),
        tell("api:case_resolution", "cases:write"),
        # Web shops: whoever signs the raw body with the shop's secret is the shop; the view checks it before it reads anything else.
        public("api:shop_woocommerce", *POST),
        public("api:shop_shopify", *POST),
        # Tills and shops sell, hold and redeem; by hand moves only whom a lead has given a key that may.
        ask("api:programs", "loyalty:read"),
        tell("api:programs", "loyalty:programs"),
        ask("api:program", "loyalty:read"),
        tell("api:holds", "loyalty:write"),
        ask("api:hold", "loyalty:read"),
        tell("api:hold_capture", "loyalty:write"),
        tell("api:hold_release", "loyalty:write"),
        tell("api:quotes", "loyalty:read"),
        tell("api:sales", "loyalty:write"),
        tell("api:sales_batch", "loyalty:write"),
        tell("api:sale_refunds", "loyalty:write"),
        tell("api:transfers", "loyalty:adjust"),
        tell("api:adjustments", "loyalty:adjust"),
        ask("api:adjustment", "loyalty:adjust"),
        tell("api:voucher_redeem", "loyalty:write"),
        ask("api:member_cards", "loyalty:read"),
        ask("api:member_accounts", "loyalty:read"),
        ask("api:member_entries", "loyalty:read"),
    ]
)
