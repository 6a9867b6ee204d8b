"""Things for sale, drawn at will, and what the catalog must show of them, in plain Python."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from gateway.seeding.shapes import columns, row
from models.catalog import Course, CourseLevel, Product, ProductCategory, PurchasableKind, TypingTest
from models.raw_documents import raw
from models.values import new_id
from models.words import words
from resolvers.context import Handles
from schema.ids import global_id
from tests.world import START

KINDS = {PurchasableKind.COURSE: Course, PurchasableKind.PRODUCT: Product, PurchasableKind.TYPING_TEST: TypingTest}
# The last two are in the opposite order for who compares halves of UTF-16 pairs.
TITLES = ["Typing", "typing fast", "Zebra", "apple", "Äpfel", "éclair", "e\u0301clair", "", "\uffee", "\U0001f600"]


@dataclass(frozen=True)
class Thing:
    id: UUID
    kind: PurchasableKind
    title: str
    price: Decimal
    currency: str
    category: ProductCategory
    age: int
    purchases: int
    is_published: bool

    @property
    def global_id(self) -> str:
        return global_id(KINDS[self.kind].__name__, self.id)


LETTERS = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
THINGS = st.builds(
    Thing,
    id=st.uuids(),
    kind=st.sampled_from(PurchasableKind),
    title=st.sampled_from(TITLES) | st.text(LETTERS, max_size=3),
    price=st.sampled_from([Decimal("0.00"), Decimal("9.99"), Decimal("10.00"), Decimal("100.00")]),
    currency=st.sampled_from(["INR", "INR", "EUR"]),
    category=st.sampled_from([ProductCategory.EBOOK, ProductCategory.COURSE]),
    age=st.integers(0, 2),
    purchases=st.integers(0, 2),
    is_published=st.sampled_from([True, True, True, False]),
)
FIELDS = {
    "PRICE": lambda thing: thing.price,
    "TITLE": lambda thing: [ord(letter) for letter in thing.title],
    "NEWEST": lambda thing: -thing.age,
    "POPULARITY": lambda thing: thing.purchases,
}
PRICES = st.sampled_from([None, None, "0", "9.99", "10", "50.5"])
ASKED = st.fixed_dictionaries(
    {
        "search": st.sampled_from([None, None, None, "typing", "fast TYPING"]),
        "kind": st.none() | st.lists(st.sampled_from(PurchasableKind), max_size=3),
        "category": st.sampled_from([None, None, None, "ebook", "course", "Ebook"]),
        "minPrice": PRICES,
        "maxPrice": PRICES,
        "currency": st.sampled_from([None, None, "INR", "EUR", "XXX"]),
        "orderBy": st.none()
        | st.fixed_dictionaries(
            {"field": st.sampled_from(list(FIELDS)), "direction": st.sampled_from([None, "ASC", "DESC"])}
        ),
    }
)


def many(count: int) -> Iterator[Thing]:
    """Things in no order, many of them alike, a tenth of them unpublished."""
    random, kinds = Random(1), list(PurchasableKind)
    for number in range(count):
        yield Thing(
            id=new_id(),
            kind=kinds[number % 3],
            title=f"Thing {random.randrange(count)}",
            price=Decimal(random.randrange(count)) / 4,
            currency="INR",
            category=ProductCategory.EBOOK,
            age=random.randrange(count),
            purchases=0 if number % 2 else random.randrange(count),
            is_published=number % 10 != 0,
        )


async def stock(handles: Handles, author: UUID, things: Sequence[Thing]) -> None:
    """Puts things on sale as they are."""
    rows, documents = [], dict[type, list[dict[str, Any]]]({Product: [], TypingTest: []})
    for thing in things:
        at = START - timedelta(seconds=thing.age)
        facts: dict[str, Any] = {
            "id": thing.id,
            "title": thing.title,
            "title_words": words(thing.title),
            "price": thing.price,
            "currency": thing.currency,
            "is_published": thing.is_published,
            "purchase_count": thing.purchases,
            "created_at": at,
            "updated_at": at,
        }
        level = CourseLevel.BEGINNER.value
        match thing.kind:
            case PurchasableKind.COURSE:
                own = {"slug": str(thing.id), "duration": 1, "category": thing.category.value, "features": []}
                rows.append(row(Course, facts | own | {"level": level, "created_by": author}))
            case PurchasableKind.PRODUCT:
                own = {"description": "", "author": "", "category": thing.category.value}
                documents[Product].append(raw(Product, facts | own))
            case PurchasableKind.TYPING_TEST:
                own = {"description": "", "level": level, "passage_id": new_id(), "duration_seconds": 60}
                documents[TypingTest].append(raw(TypingTest, facts | own))
    await handles.postgres.copy_records_to_table("courses", records=rows, columns=columns(Course))
    for model, made in documents.items():
        if made:
            await handles.mongo[model.Settings.name].insert_many(made)  # type: ignore[attr-defined]


async def clear(handles: Handles) -> None:
    await handles.postgres.execute("DELETE FROM courses")
    for name in ("products", "typing_tests"):
        await handles.mongo[name].delete_many({})


def listed(things: Sequence[Thing], asked: Mapping[str, Any], *, is_admin: bool) -> list[Thing]:
    """The oracle: what is asked for of these things, in the order that is asked for."""
    has_price = asked["minPrice"] is not None or asked["maxPrice"] is not None
    currency = asked["currency"] or ("INR" if has_price else None)
    words = (asked["search"] or "").lower().split()
    found = [
        thing
        for thing in things
        if (thing.is_published or is_admin)
        and (asked["kind"] is None or thing.kind in asked["kind"])
        and (asked["category"] in (None, thing.category.value))
        and (asked["category"] is None or thing.kind is not PurchasableKind.TYPING_TEST)
        and currency in (None, thing.currency)
        and Decimal(asked["minPrice"] or 0) <= thing.price <= Decimal(asked["maxPrice"] or 10**6)
        and all(word in thing.title.lower().split() for word in words)
    ]
    order = asked["orderBy"] or {"field": "NEWEST", "direction": None}
    least_first = {"PRICE": "ASC", "TITLE": "ASC"}.get(order["field"], "DESC")
    of = FIELDS[order["field"]]
    found.sort(key=lambda thing: (of(thing), thing.id.bytes))  # type: ignore[no-untyped-call]
    return found if (order["direction"] or least_first) == "ASC" else found[::-1]
