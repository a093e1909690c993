"""The bakery's cases: what customers came with, what was answered, promised, given, and how it ended. Mails among them are told elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Act = Literal[
    "answer", "note", "give", "approve", "refuse", "promise", "keep", "attempt", "hand", "wait", "resolve", "reject", "say", "sleep"
]


@dataclass(frozen=True)
class Step:
    """What was done, so many hours after the case began, by whom (the beginning of their address)."""

    do: Act
    hours: float
    who: str = "linh"
    text: str = ""
    minor: int = 0
    due: float = 0
    to: str = ""
    kind: str = "goodwill"


@dataclass(frozen=True)
class DemoCase:
    """A case of the customer at this place of the story, begun so many days ago at this hour."""

    place: int
    days: int
    hour: int
    channel: str
    nature: str
    topic: str
    subject: str
    text: str
    remedy: str = ""
    priority: str = "normal"
    who: str = "linh"
    steps: tuple[Step, ...] = field(default=())
    in_person: bool = True


QUEUES = (("Complaints", ("complaint",)), ("Orders and deliveries", ("request",)), ("Everything else", ()))
ARTICLES = (
    ("Gluten-free bread", "We bake rice bread on Saturdays, but in the same kitchen: it is not safe for coeliacs. For them we know the bakery in Harbour Street."),
    ("Cake collected damaged", "We are sorry, {given_name|and that must not happen}. Bring or send a picture; we bake it again the same day, or pay it back, as you like."),
    ("Standing orders of offices", "Twenty rolls or more are delivered from Monday to Friday between 7:00 and 8:30. Please tell us by noon of the day before."),
)  # fmt: skip
CASES = (
    DemoCase(3, 62, 10, "till", "complaint", "product", "Sour rye too sour", "The rye of Thursday was so sour that nobody ate it.", "Another loaf", who="tom",
             steps=(Step("give", 0.1, "tom", "a loaf of another kind", 420), Step("resolve", 0.2, "tom", "Another loaf given; the starter was a day too old", to="product"), Step("say", 40, text="yes"))),
    DemoCase(7, 47, 11, "phone", "complaint", "waiting", "Twenty minutes for one loaf", "I waited twenty minutes for one loaf while two of you talked.", "An apology",
             steps=(Step("answer", 0.3, text="Told her we are sorry and that Zoltán looks at the shifts.", kind="phone"), Step("resolve", 26, text="A third person at the counter on Fridays", to="waiting"), Step("say", 60, text="yes"))),
    DemoCase(12, 40, 9, "phone", "complaint", "delivery", "Office rolls an hour late", "The rolls came at 9:40, the meeting was at nine.", "That it does not happen again", who="linh",
             steps=(Step("answer", 0.2, text="Told them that we find out why.", kind="phone"), Step("promise", 0.3, text="Call with the reason", due=27), Step("keep", 25), Step("give", 25.1, "linh", "the rolls of that day", 1500), Step("resolve", 25.2, text="The driver starts at 7:00 now", to="delivery"), Step("say", 70, text="yes"))),
    DemoCase(12, 12, 9, "phone", "complaint", "delivery", "Office rolls late again", "Again after nine. The second time within a month.", "Money back and a call from the owner", "high", "linh",
             steps=(Step("answer", 0.2, text="Said that this must not happen twice and that Zoltán calls back today.", kind="phone"), Step("hand", 0.3, "linh", "Second time in four weeks; they think of changing. They want to hear it from the boss.", to="zoltan"),
                    Step("promise", 0.4, "zoltan", "Call back today by three", due=6), Step("attempt", 5, "zoltan"), Step("keep", 8, "zoltan"), Step("give", 9, "zoltan", "the rolls of two weeks", 6400, kind="goodwill"), Step("approve", 27, "petra", "They are worth it, and it was our fault twice."),
                    Step("resolve", 28, "zoltan", "A second driver on Mondays", to="delivery"), Step("say", 60, text="no"), Step("answer", 62, "zoltan", "Rang them: the bill still showed the rolls.", kind="phone"), Step("resolve", 66, "zoltan", "Bill corrected, second driver on Mondays", to="delivery"))),
    DemoCase(18, 33, 14, "phone", "question", "opening-hours", "Open on the holiday?", "Are you open on the bank holiday Monday?",
             steps=(Step("answer", 0.1, text="Yes, from eight to noon at Market Square.", kind="phone"), Step("resolve", 0.1, text=""))),
    DemoCase(22, 28, 16, "till", "request", "order", "Name cake for Saturday", "A cake with “Otto 5” on it, chocolate, no nuts.", who="tom",
             steps=(Step("promise", 0.1, "tom", "Ring when the cake is ready", due=44), Step("keep", 43, "tom"), Step("resolve", 43.1, "tom", text=""))),
    DemoCase(26, 20, 10, "phone", "complaint", "service", "Shouted at on the phone", "The lady on the phone was rude to me and hung up.", "An apology",
             steps=(Step("answer", 0.3, text="Told him that I am sorry to hear it.", kind="phone"), Step("note", 1, text="It was a bad line and a hard day. Zoltán talks with me about it."), Step("resolve", 44, text="Apology by the manager, coaching agreed", to="service"), Step("say", 80, text="yes"))),
    DemoCase(31, 15, 12, "email", "question", "price", "Price of a buffet for 30", "What would a cold buffet for thirty cost, with two vegan plates?", in_person=False,
             steps=(Step("answer", 30, text="Thank you for asking. For thirty we suggest the small buffet at £9.80 a head; two vegan plates are no extra."), Step("wait", 30.1))),
    DemoCase(35, 9, 9, "phone", "complaint", "product", "Glass in a roll", "My son bit on a piece of glass in a roll. He is all right. I want to know how that can happen.", "To know how it happened", "urgent", "linh",
             steps=(Step("answer", 0.1, text="Asked after the boy, asked her to keep the roll, said that Petra calls within the hour.", kind="phone"), Step("hand", 0.2, "linh", "Glass in a roll, child unhurt, she keeps the piece. Promised a call within the hour.", to="petra"),
                    Step("promise", 0.3, "petra", "Call within the hour", due=1.3), Step("keep", 1.1, "petra"), Step("give", 24, "petra", "what they bought, and a cake", 4500), Step("resolve", 50, "petra", "Batch withdrawn; lamp over the table covered", to="product"), Step("say", 90, text="yes"))),
    DemoCase(39, 3, 11, "phone", "complaint", "waiting", "Nobody answers in the morning", "I rang four times between eight and nine and nobody answered.", "Somebody at the phone", who="linh",
             steps=(Step("answer", 0.2, text="Told her she is right, and that we will call back.", kind="phone"), Step("promise", 0.3, text="Call back with a solution", due=24))),
    DemoCase(44, 2, 15, "till", "complaint", "price", "Charged twice for the almond cake", "I was charged twice on the card.", "The money back", who="tom",
             steps=(Step("give", 0.2, "tom", "one almond cake", 2850, kind="refund"),)),
    DemoCase(48, 1, 10, "email", "request", "order", "Twelve baguettes for Sunday", "Could you bake twelve baguettes for Sunday morning? I'd collect them at nine.", in_person=False, steps=()),
    DemoCase(52, 1, 9, "email", "question", "product", "Which loaves keep longest?", "Which of your loaves keeps longest? I only come once a week.", in_person=False, who="",
             steps=()),
)  # fmt: skip
