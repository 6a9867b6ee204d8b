"""What is for sale: courses as rows, products, typing tests and their passages as documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from gateway.seeding.draw import Draw
from gateway.seeding.passages import PASSAGES
from gateway.seeding.samples import COURSES, PRODUCTS, TESTS, SampleCourse, SampleProduct, SampleTest
from gateway.seeding.shapes import Batch
from gateway.seeding.sizes import WORLD_BEGINS
from models.catalog import Course, CourseLevel, Passage, Product, PurchasableKind, TypingTest
from models.words import words
from resolvers.shares import rounded_down, unit_of

STOCKED_FOR = timedelta(days=60)
"""How long before the world begins the shelf was filled."""

_LOOKS_LIKE_AN_IMAGE = "https://images.example.com/{}.jpg"


@dataclass(frozen=True, slots=True)
class Item:
    """Something that can be bought or, where its price is zero, simply had."""

    id: UUID
    kind: PurchasableKind
    title: str
    price: Decimal
    is_published: bool
    passage: "Text | None" = None
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Text:
    id: UUID
    text: str


class Stock:
    """Fills the shelf.  What is stocked first is what sells best."""

    def __init__(self, draw: Draw, batch: Batch, *, currency: str, created_by: UUID) -> None:
        self._draw = draw
        self._batch = batch
        self._currency = currency
        self._created_by = created_by
        self._texts: dict[str, Text] = {}
        self.items: list[Item] = []
        for title, level, text in PASSAGES:
            self._passage(title, level, text)

    def samples(self) -> None:
        for stocked in (*PRODUCTS, *COURSES, *TESTS):
            match stocked:
                case SampleCourse():
                    self.course(stocked)
                case SampleProduct():
                    self.product(stocked)
                case SampleTest():
                    self.typing_test(stocked)

    def course(self, sample: SampleCourse) -> None:
        item_id, stamps = self._made()
        self._batch.row(
            Course,
            id=item_id,
            title=sample.title,
            title_words=words(sample.title),
            slug=sample.slug,
            description=sample.description,
            thumbnail=_LOOKS_LIKE_AN_IMAGE.format(sample.slug),
            duration=sample.minutes,
            price=self._price(sample.price),
            currency=self._currency,
            features=list(sample.features),
            category=sample.category,
            level=sample.level,
            is_published=sample.is_published,
            is_featured=sample.is_featured,
            created_by=self._created_by,
            **stamps,
        )
        self._stock(item_id, PurchasableKind.COURSE, sample)

    def product(self, sample: SampleProduct) -> None:
        item_id, stamps = self._made()
        self._batch.document(
            Product,
            id=item_id,
            title=sample.title,
            title_words=words(sample.title),
            description=sample.description,
            author=sample.author,
            price=self._price(sample.price),
            currency=self._currency,
            category=sample.category.value,
            image_url=_LOOKS_LIKE_AN_IMAGE.format(sample.title.lower().replace(" ", "-")),
            is_published=sample.is_published,
            **stamps,
        )
        self._stock(item_id, PurchasableKind.PRODUCT, sample)

    def typing_test(self, sample: SampleTest) -> None:
        item_id, stamps = self._made()
        text = self._texts[sample.passage]
        self._batch.document(
            TypingTest,
            id=item_id,
            title=sample.title,
            title_words=words(sample.title),
            description=sample.description,
            level=sample.level.value,
            price=self._price(sample.price),
            currency=self._currency,
            passage_id=text.id,
            duration_seconds=sample.seconds,
            is_published=sample.is_published,
            **stamps,
        )
        kind = PurchasableKind.TYPING_TEST
        self.items.append(Item(item_id, kind, sample.title, self._price(sample.price), sample.is_published, text))

    def _price(self, of_sample: Decimal) -> Decimal:
        """The price of a sample, rounded up to what the currency has."""
        unit = unit_of(self._currency)
        return of_sample if of_sample % unit == 0 else rounded_down(of_sample, unit) + unit

    def _passage(self, title: str, level: CourseLevel, text: str) -> None:
        passage_id, stamps = self._made()
        key = len(self._texts) / len(PASSAGES)
        self._batch.document(
            Passage, id=passage_id, title=title, text=text, level=level.value, random_key=key, **stamps
        )
        self._texts[title] = Text(passage_id, text)

    def _stock(self, item_id: UUID, kind: PurchasableKind, sample: SampleCourse | SampleProduct) -> None:
        item = Item(
            item_id, kind, sample.title, self._price(sample.price), sample.is_published, category=str(sample.category)
        )
        self.items.append(item)

    def _made(self) -> tuple[UUID, dict[str, datetime]]:
        at = self._draw.between(WORLD_BEGINS - STOCKED_FOR, WORLD_BEGINS)
        return self._draw.id(at), {"created_at": at, "updated_at": at}


def for_sale(items: Sequence[Item]) -> list[Item]:
    return [item for item in items if item.is_published and item.price > 0]


def for_nothing(items: Sequence[Item]) -> list[Item]:
    return [item for item in items if item.is_published and item.price == 0]
