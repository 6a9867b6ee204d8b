"""What is for sale and what tests are made of.  Courses are rows; products, typing tests and passages are documents."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from random import random
from typing import Any
from uuid import UUID

from pydantic import Field as DocumentField
from pymongo import ASCENDING, TEXT, IndexModel
from sqlalchemy import ARRAY, CheckConstraint, Index, Text, event, text
from sqlmodel import Field, SQLModel

from models.columns import BY_CODE_POINT, MONEY, choice, currency_code, defaulted, key, stamp
from models.documents import Amount, Count, Currency, Record
from models.words import words


class PurchasableKind(StrEnum):
    COURSE = "COURSE"
    PRODUCT = "PRODUCT"
    TYPING_TEST = "TYPING_TEST"


class CourseLevel(StrEnum):
    """How hard a course, a test or a passage is."""

    BEGINNER = "beginner"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"


class ProductCategory(StrEnum):
    EBOOK = "ebook"
    COURSE = "course"
    TEMPLATE = "template"
    SOFTWARE = "software"
    OTHER = "other"


TEXT_OF_TITLE = IndexModel([("title", TEXT)])
"""For who asks MongoDB itself; searches of the graph go by `titleWords`."""

CATALOG_INDEXES = (
    IndexModel([("titleWords", ASCENDING)]),
    IndexModel([("purchaseCount", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("isPublished", ASCENDING), ("createdAt", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("isPublished", ASCENDING), ("price", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("isPublished", ASCENDING), ("title", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("isPublished", ASCENDING), ("purchaseCount", ASCENDING), ("_id", ASCENDING)]),
)
"""What searches and the orders of the catalog read of each collection, for administrators and for everybody else."""


def of_title(facts: dict[str, Any]) -> list[str]:
    return words(facts["title"])


class Course(SQLModel, table=True):
    """A course on sale.  `duration` is in minutes; `purchase_count` is of all purchases ever made, refunded or not.
    `title_words` are what searches find: who writes the title by a statement of their own writes its words too.
    """

    __tablename__ = "courses"
    __table_args__ = (
        Index(None, "created_at", "id"),
        Index(None, "price", "id"),
        Index(None, "title", "id"),
        Index(None, "category", "created_at", "id"),
        Index(None, "level", "created_at", "id"),
        Index(None, "purchase_count", "id"),
        Index(None, "is_published", "created_at", "id"),
        Index(None, "is_published", "price", "id"),
        Index(None, "is_published", "title", "id"),
        Index(None, "is_published", "purchase_count", "id"),
        Index(None, "title_words", postgresql_using="gin"),
        currency_code(),
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint("duration >= 0", name="duration"),
        CheckConstraint("purchase_count >= 0", name="purchase_count"),
    )

    id: UUID = key()
    title: str = Field(sa_type=BY_CODE_POINT)
    title_words: list[str] = Field(
        default_factory=list, sa_type=ARRAY(Text()), sa_column_kwargs={"server_default": text("'{}'")}
    )
    slug: str = Field(unique=True, sa_type=BY_CODE_POINT)
    description: str | None = None
    thumbnail: str | None = None
    duration: int
    price: Decimal = Field(sa_type=MONEY)
    currency: str
    features: list[str] = Field(
        default_factory=list, sa_type=ARRAY(Text()), sa_column_kwargs={"server_default": text("'{}'")}
    )
    category: str = Field(sa_type=BY_CODE_POINT)
    level: CourseLevel = Field(sa_type=choice(CourseLevel))
    is_published: bool = defaulted(value=False)
    is_featured: bool = defaulted(value=False)
    purchase_count: int = defaulted(value=0)
    created_by: UUID = Field(foreign_key="users.id", ondelete="RESTRICT", index=True)
    created_at: datetime = stamp()
    updated_at: datetime = stamp()


@event.listens_for(Course, "before_insert")
@event.listens_for(Course, "before_update")
def store_words(_mapper: object, _connection: object, course: Course) -> None:
    course.title_words = words(course.title)


class Product(Record):
    """A digital product.  `purchase_count` and `title_words` are as those of a course."""

    title: str
    title_words: list[str] = DocumentField(default_factory=of_title)
    description: str
    author: str
    price: Amount
    currency: Currency
    category: ProductCategory
    image_url: str | None = None
    is_published: bool = False
    purchase_count: Count = 0

    class Settings:
        name = "products"
        indexes = (
            IndexModel([("category", ASCENDING), ("createdAt", ASCENDING), ("_id", ASCENDING)]),
            IndexModel([("price", ASCENDING), ("_id", ASCENDING)]),
            TEXT_OF_TITLE,
            IndexModel([("title", ASCENDING), ("_id", ASCENDING)]),
            IndexModel([("createdAt", ASCENDING), ("_id", ASCENDING)]),
            *CATALOG_INDEXES,
        )


class TypingTest(Record):
    """A test on sale: a passage to type within a time."""

    title: str
    title_words: list[str] = DocumentField(default_factory=of_title)
    description: str
    level: CourseLevel
    price: Amount
    currency: Currency
    passage_id: UUID
    duration_seconds: int = DocumentField(ge=1)
    is_published: bool = False
    purchase_count: Count = 0

    class Settings:
        name = "typing_tests"
        indexes = (
            IndexModel([("level", ASCENDING), ("createdAt", ASCENDING), ("_id", ASCENDING)]),
            IndexModel([("price", ASCENDING), ("_id", ASCENDING)]),
            TEXT_OF_TITLE,
            IndexModel([("title", ASCENDING), ("_id", ASCENDING)]),
            IndexModel([("createdAt", ASCENDING), ("_id", ASCENDING)]),
            IndexModel([("passageId", ASCENDING)]),
            *CATALOG_INDEXES,
        )


class Passage(Record):
    """A text to type.  `language` is a BCP 47 tag; `random_key` is what texts are drawn by."""

    title: str | None = None
    text: str = DocumentField(min_length=1)
    level: CourseLevel
    language: str = "en"
    is_published: bool = True
    random_key: float = DocumentField(default_factory=random, ge=0, le=1)

    class Settings:
        name = "passages"
        indexes = (
            IndexModel([("level", ASCENDING), ("createdAt", ASCENDING), ("_id", ASCENDING)]),
            IndexModel([("createdAt", ASCENDING), ("_id", ASCENDING)]),
            IndexModel([("randomKey", ASCENDING)]),
            IndexModel([("level", ASCENDING), ("randomKey", ASCENDING)]),
            IndexModel([("isPublished", ASCENDING), ("randomKey", ASCENDING)]),
            IndexModel([("isPublished", ASCENDING), ("level", ASCENDING), ("randomKey", ASCENDING)]),
        )
