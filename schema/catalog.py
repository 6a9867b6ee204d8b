"""What is for sale, as one interface and three types, and the passages that tests are made of."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import strawberry

from models import catalog as catalog_models
from models.catalog import CourseLevel, ProductCategory, PurchasableKind
from resolvers import catalog, identity, learning
from schema.connections import Connection, connection
from schema.entities import entity
from schema.fields import column, computed, one
from schema.nodes import Node
from schema.ownership import owned
from schema.values import Money, described, money
from schema.visibility import ADMIN, ANALYST, ANYONE

if TYPE_CHECKING:
    from schema.identity import User
    from schema.learning import Enrollment, TestResult
    from schema.purchases import Purchase

described(
    PurchasableKind,
    "What kind of thing is for sale.",
    COURSE="A course.",
    PRODUCT="A digital product.",
    TYPING_TEST="A typing test.",
)
described(
    CourseLevel,
    "How hard something is.",
    beginner="For people who start.",
    intermediate="For people who know the keyboard.",
    advanced="For people who want to be fast.",
)
described(
    ProductCategory,
    "What sort of digital product it is.",
    ebook="A book to read on a screen.",
    course="A course by another author.",
    template="A template to start from.",
    software="A program.",
    other="Anything else.",
)


def buyers() -> Any:
    """The field of each type that shows who bought the item, to those who may know what is bought."""
    return connection(
        catalog.PurchasesByItem,
        by="id",
        description="The purchases of it, newest first; null with an error while MongoDB is away.",
        visible=[ANALYST, ADMIN],
    )


@strawberry.interface(description="Something for sale.")
class Purchasable(Node):
    title: str = column(description="What it is called.", is_filterable=True, is_sortable=True)
    price: Money = computed(
        money,
        needs=("price", "currency"),
        description="What it costs now; compared and sorted by the amount alone.",
        is_filterable=True,
        is_sortable=True,
    )
    owned: bool | None = owned(
        description="Whether the viewer owns it, never for nobody; null with an error while MongoDB is away."
    )
    purchase_count: int = column(description="How often it was bought, what was given back included.")
    is_published: bool = column(description="Whether everybody may see it; what is not is for administrators only.")
    created_at: datetime = column(description="When it was made.", is_filterable=True, is_sortable=True)
    updated_at: datetime = column(description="When it was last changed.")


@entity(
    catalog_models.Course,
    description="A course to enrol in.",
    visible=[ANYONE],
    published="is_published",
)
class Course(Purchasable):
    slug: str = column(description="The course's name in addresses, unique.", is_filterable=True, is_sortable=True)
    description: str | None = column(description="What the course teaches.")
    thumbnail: str | None = column(description="The address of a small picture of it.")
    level: CourseLevel = column(description="How hard the course is.", is_filterable=True)
    category: str = column(description="What the course is about.", is_filterable=True)
    duration: int = column(description="How long the course takes, in minutes.")
    features: list[str] = column(description="What the course has, in a few words each.")
    is_featured: bool = column(description="Whether the course is shown before others.")
    created_by: "User | None" = one(
        identity.UserById, by="created_by", description="Who made the course; null for who is not signed in."
    )
    purchases: "Connection[Purchase] | None" = buyers()
    enrollments: "Connection[Enrollment] | None" = connection(
        learning.EnrollmentsByCourse,
        by="id",
        description="Who takes or took the course, without people for analysts, newest first.",
        visible=[ANALYST, ADMIN],
    )


@entity(
    catalog_models.Product,
    description="A digital product.",
    visible=[ANYONE],
    published="is_published",
)
class Product(Purchasable):
    description: str = column(description="What the product is.")
    author: str = column(description="Who made it.")
    category: ProductCategory = column(description="What sort of product it is.", is_filterable=True)
    image_url: str | None = column(description="A picture of it.")
    purchases: "Connection[Purchase] | None" = buyers()


@entity(
    catalog_models.TypingTest,
    description="A test of typing: a passage to type within a time.",
    visible=[ANYONE],
    published="is_published",
)
class TypingTest(Purchasable):
    description: str = column(description="What the test is about.")
    level: CourseLevel = column(description="How hard the test is.", is_filterable=True)
    duration_seconds: int = column(description="How long the test takes, in seconds.")
    passage: "Passage | None" = one(
        catalog.PassageById, by="passage_id", description="The text to type; null when it is no longer published."
    )
    purchases: "Connection[Purchase] | None" = buyers()
    results: "Connection[TestResult] | None" = connection(
        learning.TestResultsByTest,
        by="id",
        description="The runs of the test, without people for analysts, newest first; null with an error while MongoDB "
        "is away.",
        visible=[ANALYST, ADMIN],
    )


@entity(
    catalog_models.Passage,
    description="A text to type.",
    visible=[ANYONE],
    published="is_published",
)
class Passage(Node):
    title: str | None = column(description="What the text is called, where it has a name.")
    text: str = column(description="The text itself.")
    level: CourseLevel = column(description="How hard the text is to type.", is_filterable=True)
    language: str = column(description="The language of the text, as a BCP 47 tag.")
    is_published: bool = column(description="Whether everybody may see it; what is not is for administrators only.")
    created_at: datetime = column(description="When it was made.", is_filterable=True, is_sortable=True)
    updated_at: datetime = column(description="When it was last changed.")
