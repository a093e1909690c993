"""Three policies to start from. They are texts for people: the comments say what to think about."""

from __future__ import annotations

SMALL_SHOP = """\
# A small shop: everybody knows everybody, and whoever hears of a problem owns it.
title = "How we look after our customers"
language = "en"
preamble = "Whoever hears of a problem owns it until it is settled, or until a colleague has said: I have it."
comment_days = 7     # how long colleagues can comment before a version may be published
reopen_days = 14     # an answer within so many days opens the case again

[calendars.counter]
zone = "ZONE"

[calendars.counter.weekly]
mon = [["09:00", "17:00"]]
tue = [["09:00", "17:00"]]
wed = [["09:00", "17:00"]]
thu = [["09:00", "17:00"]]
fri = [["09:00", "17:00"]]
sat = [["09:00", "12:00"]]

[[levels]]
paragraph = "1.1"
text = "A complaint gets an answer within two working hours. What can't be settled at once is settled by the close of the next working day."
natures = ["complaint"]
calendar = "counter"
first_answer = "2bh"
next_answer = "4bh"
answer_unless_settled = "1bd-close"
# Alarms ring in the working time of those whom they call.
escalate = [{ at = "75%", to = "supervisor" }, { at = "100%", to = "manager" }]

[[levels]]
paragraph = "1.2"
text = "Everything else gets an answer within one working day."
calendar = "counter"
first_answer = "8bh"
next_answer = "8bh"
resolution = "3bd-close"
share = 0.95
escalate = [{ at = "100%", to = "supervisor" }]

[[named_persons]]
paragraph = "2.1"
text = "A company that buys from us has one person here who knows it; a colleague of the same shop stands in."
kinds = ["organisation"]
stand_in = "same-branch"
after = "4bh"

[[authority]]
paragraph = "3.1"
text = "Whoever serves a customer may make good a mistake at once."
kind = "refund"
ledger = "entitlement"
roles = ["agent", "cashier"]
per_gesture = "50 EUR"

[[authority]]
paragraph = "3.2"
text = "And may give something on top: a coffee, a cake, up to these amounts."
kind = "goodwill"
ledger = "goodwill"
roles = ["agent", "cashier"]
per_gesture = "15 EUR"
per_case = "25 EUR"
per_customer = "60 EUR"
period = "month"

[[promises]]
paragraph = "4.1"
text = "Nobody has to say the same thing twice: what a customer told one of us, all of us can read."
"""

NAMED_PERSON = """\
# Business customers: one person settles all of a customer's issues, and handles the whole of sale and delivery.
title = "One person for each customer"
language = "en"
comment_days = 7
reopen_days = 14

[calendars.office]
zone = "ZONE"

[calendars.office.weekly]
mon = [["08:00", "18:00"]]
tue = [["08:00", "18:00"]]
wed = [["08:00", "18:00"]]
thu = [["08:00", "18:00"]]
fri = [["08:00", "18:00"]]

[[named_persons]]
paragraph = "1.1"
text = "Every organisation has a named person who handles everything: question, order, delivery, complaint, bill."
kinds = ["organisation"]
stand_in = "deputy"
after = "2bh"     # from then on the stand-in is asked, the named person stays accountable

[[levels]]
paragraph = "2.1"
text = "Urgent matters are answered within one working hour and settled within one working day."
priorities = ["urgent"]
calendar = "office"
first_answer = "1bh"
next_answer = "2bh"
resolution = "10bh"
escalate = [{ at = "50%", to = "supervisor" }, { at = "100%", to = "manager" }, { at = "+2bh", to = "executive" }]

[[levels]]
paragraph = "2.2"
text = "All else is answered within four working hours and settled within three working days."
calendar = "office"
first_answer = "4bh"
next_answer = "8bh"
resolution = "3bd-close"
share = 0.95
escalate = [{ at = "75%", to = "supervisor" }, { at = "100%", to = "manager" }]

[[authority]]
paragraph = "3.1"
text = "The named person settles claims by themselves up to these amounts."
kind = "refund"
ledger = "entitlement"
roles = ["agent"]
per_gesture = "250 EUR"
per_case = "500 EUR"

[[authority]]
paragraph = "3.2"
text = "And may show goodwill."
kind = "goodwill"
ledger = "goodwill"
roles = ["agent"]
per_gesture = "100 EUR"
per_case = "100 EUR"
per_customer = "300 EUR"
period = "quarter"

[[authority]]
paragraph = "3.3"
text = "Supervisors decide what goes beyond."
kind = "goodwill"
ledger = "goodwill"
roles = ["supervisor"]
per_gesture = "500 EUR"
per_case = "500 EUR"
"""

REGULATED = """\
# Complaints under a regulator, after the pattern of the FCA's DISP 1.5 and 1.6: third business day, eight weeks.
# A complaint is any expression of dissatisfaction, justified or not, whether or not the word is used.
title = "Complaints"
language = "en"
comment_days = 14
reopen_days = 28

[calendars.business-days]
zone = "ZONE"
holidays = []     # enter the bank holidays: they move every deadline

[calendars.business-days.weekly]
mon = [["09:00", "17:00"]]
tue = [["09:00", "17:00"]]
wed = [["09:00", "17:00"]]
thu = [["09:00", "17:00"]]
fri = [["09:00", "17:00"]]

[[levels]]
paragraph = "1.1"
text = "A complaint is acknowledged promptly. Settled by the close of the third business day after receipt, a short written summary suffices; else the final answer, with the external route, is given by the end of the eighth week."
natures = ["complaint"]
calendar = "business-days"
first_answer = "8bh"
next_answer = "16bh"
answer_unless_settled = "3bd-close"
final_answer = "8w-close"
escalate = [{ at = "75%", to = "supervisor" }, { at = "100%", to = "manager" }, { at = "+4bh", to = "executive" }]

[[levels]]
paragraph = "1.2"
text = "Everything else is answered within two business days."
calendar = "business-days"
first_answer = "16bh"
next_answer = "16bh"

[[authority]]
paragraph = "2.1"
text = "Trained staff settle complaints by themselves. Without a valid certificate the limits of learners hold."
kind = "refund"
ledger = "entitlement"
roles = ["agent"]
per_gesture = "100 EUR"
per_case = "200 EUR"
certificate = "complaints"     # a kind of certificate, as it is called under Certificates
lapsed_as = "learner"          # left out: without it they may give nothing

[[authority]]
paragraph = "2.2"
text = "Goodwill by trained staff."
kind = "goodwill"
ledger = "goodwill"
roles = ["agent"]
per_gesture = "25 EUR"
per_case = "40 EUR"
per_customer = "100 EUR"
period = "month"
certificate = "complaints"
lapsed_as = "learner"

[[authority]]
paragraph = "2.3"
text = "Who is still learning, or whose certificate has lapsed, may refund small amounts."
kind = "refund"
ledger = "entitlement"
roles = ["learner", "cashier"]
per_gesture = "25 EUR"
per_case = "25 EUR"

[[authority]]
paragraph = "2.4"
text = "And give a little goodwill."
kind = "goodwill"
ledger = "goodwill"
roles = ["learner"]
per_gesture = "5 EUR"
per_case = "5 EUR"
per_customer = "20 EUR"
period = "month"

[[promises]]
paragraph = "3.1"
text = "Nobody is asked to withdraw a complaint, and every answer names the next level."

[confirmation]
roles = ["agent", "supervisor", "manager", "executive", "cashier"]
days = 14
"""

STARTING_POINTS = {"small-shop": SMALL_SHOP, "named-person": NAMED_PERSON, "regulated-complaints": REGULATED}


def starting_point(name: str, *, zone: str, currency: str = "EUR") -> str:
    """One of the texts, in the zone and currency of the business. Raises KeyError."""
    return STARTING_POINTS[name].replace('"ZONE"', f'"{zone}"').replace(' EUR"', f' {currency}"')
