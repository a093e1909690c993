"""What the bakery sells, and what somebody puts into a basket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random


@dataclass(frozen=True)
class Product:
    name: str
    category: str
    price_minor: int
    months: frozenset[int] = frozenset(range(1, 13))


@dataclass(frozen=True)
class BasketLine:
    product: str
    category: str
    quantity: int
    amount_minor: int


_WINTER, _SUMMER = frozenset({11, 12, 1}), frozenset({5, 6, 7, 8, 9})

BREAD = [
    Product("Sourdough loaf", "Bread", 420), Product("Rye with fennel", "Bread", 460), Product("Seeded spelt", "Bread", 480),
    Product("Baguette", "Bread", 240), Product("Half sourdough", "Bread", 230), Product("Challah", "Bread", 450),
]  # fmt: skip
PASTRY = [
    Product("Croissant", "Pastry", 260), Product("Almond croissant", "Pastry", 340), Product("Cardamom bun", "Pastry", 310),
    Product("Pastel de nata", "Pastry", 240), Product("Kakaós csiga", "Pastry", 290), Product("Medovník", "Pastry", 380),
    Product("Cinnamon knot", "Pastry", 300), Product("Cheese scone", "Pastry", 280),
]  # fmt: skip
COFFEE = [
    Product("Flat white", "Coffee", 340), Product("Espresso", "Coffee", 250), Product("Filter coffee", "Coffee", 280),
    Product("Oat latte", "Coffee", 390), Product("Cà phê sữa", "Coffee", 380), Product("Cortado", "Coffee", 310),
]  # fmt: skip
TEA = [
    Product("Pot of tea", "Tea", 320),
    Product("Mint tea", "Tea", 290),
    Product("Hot chocolate", "Tea", 370),
]
LUNCH = [
    Product("Egg bánh mì", "Lunch", 690), Product("Soup and bread", "Lunch", 640), Product("Pīrāgs", "Lunch", 260),
    Product("Cheese toastie", "Lunch", 620), Product("Lentil salad", "Lunch", 710),
]  # fmt: skip
SEASONAL = [
    Product("Stollen", "Seasonal", 1450, _WINTER), Product("Mince pie", "Seasonal", 250, _WINTER),
    Product("Beigli", "Seasonal", 1280, _WINTER), Product("Iced coffee", "Seasonal", 390, _SUMMER),
    Product("Strawberry tart", "Seasonal", 460, _SUMMER), Product("Hot cross bun", "Seasonal", 210, frozenset({3, 4})),
]  # fmt: skip
PRICE_RISE = 1.05


def favourites_of(dice: Random) -> list[Product]:
    """Return what somebody usually takes: the first is nearly always in the basket."""
    first = dice.choice(dice.choices([COFFEE, BREAD, PASTRY, LUNCH, TEA], [44, 26, 14, 10, 6])[0])
    second = dice.choice(dice.choices([PASTRY, BREAD, COFFEE], [50, 30, 20])[0])
    return [first, second, dice.choice(BREAD + PASTRY + LUNCH)]


def basket_of(dice: Random, favourites: list[Product], on: date, *, prices_rose_on: date, size: float) -> list[BasketLine]:
    """Return the lines of one visit. `size` above 1 buys for more people; prices rose once, on a known day."""
    chosen = [favourites[0]] if dice.random() < 0.93 else [favourites[1]]
    if dice.random() < 0.42:
        chosen.append(favourites[1])
    if dice.random() < 0.15:
        chosen.append(favourites[2])
    if dice.random() < (0.22 if on.month in (12, 6, 7) else 0.08):
        chosen += [dice.choice(in_season)] if (in_season := [one for one in SEASONAL if on.month in one.months]) else []
    lines = []
    for product in dict.fromkeys(chosen):
        quantity = max(1, round(size * dice.uniform(0.7, 1.3))) if size > 1 else 2 if dice.random() < 0.1 else 1
        price = _price(product, risen=on >= prices_rose_on)
        lines.append(BasketLine(product.name, product.category, quantity, quantity * price))
    return lines


def _price(product: Product, *, risen: bool) -> int:
    return round(product.price_minor * PRICE_RISE / 10) * 10 if risen else product.price_minor
