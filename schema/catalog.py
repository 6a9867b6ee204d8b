"""What is for sale: courses, products and typing tests, as one interface and three types."""

import strawberry

from models import catalog as catalog_models
from models.catalog import CourseLevel, ProductCategory, PurchasableKind
from schema.entities import entity
from schema.fields import column, computed
from schema.nodes import Node
from schema.values import Money, described, money
from schema.visibility import ANYONE

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


@strawberry.interface(description="Something for sale.")
class Purchasable(Node):
    title: str = column(description="What it is called.")
    price: Money = computed(money, needs=("price", "currency"), description="What it costs now.")


@entity(
    catalog_models.Course,
    description="A course to enrol in.",
    visible=[ANYONE],
    published="is_published",
)
class Course(Purchasable):
    slug: str = column(description="The course's name in addresses, unique.")
    description: str | None = column(description="What the course teaches.")
    level: CourseLevel = column(description="How hard the course is.")
    category: str = column(description="What the course is about.")
    duration: int = column(description="How long the course takes, in minutes.")


@entity(
    catalog_models.Product,
    description="A digital product.",
    visible=[ANYONE],
    published="is_published",
)
class Product(Purchasable):
    description: str = column(description="What the product is.")
    author: str = column(description="Who made it.")
    category: ProductCategory = column(description="What sort of product it is.")
    image_url: str | None = column(description="A picture of it.")


@entity(
    catalog_models.TypingTest,
    description="A test of typing: a passage to type within a time.",
    visible=[ANYONE],
    published="is_published",
)
class TypingTest(Purchasable):
    description: str = column(description="What the test is about.")
    level: CourseLevel = column(description="How hard the test is.")
    duration_seconds: int = column(description="How long the test takes, in seconds.")
