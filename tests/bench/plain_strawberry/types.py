"""Values, connections and what is for sale, as much of it as the operations ask for."""

import base64
from decimal import Decimal
from typing import Generic, Self, TypeVar
from uuid import UUID

import strawberry

from models import catalog, identity
from models.catalog import PurchasableKind
from models.orders import OrderStatus
from models.referrals import ReferralStatus
from tests.bench.plain_strawberry.loaders import Loaders, Thing

T = TypeVar("T")

for enum in (catalog.CourseLevel, OrderStatus, ReferralStatus):
    strawberry.enum(enum, graphql_name_from="value")


class Context(dict[str, object]):
    """What resolvers find in `info.context`."""

    loaders: Loaders
    viewer: identity.User


Info = strawberry.Info[Context, None]


def global_id(name: str, key: UUID) -> strawberry.ID:
    return strawberry.ID(base64.b64encode(f"{name}:{key}".encode()).decode())


@strawberry.type
class Money:
    amount: Decimal
    currency: str


@strawberry.type
class PageInfo:
    has_next_page: bool


@strawberry.type
class Edge(Generic[T]):
    node: T


@strawberry.type
class Connection(Generic[T]):
    nodes: list[T]
    page_info: PageInfo

    @strawberry.field
    def edges(self) -> list[Edge[T]]:
        return [Edge(node=node) for node in self.nodes]

    @classmethod
    def of(cls, nodes: list[T], first: int) -> Self:
        return cls(nodes=nodes[:first], page_info=PageInfo(has_next_page=len(nodes) > first))


@strawberry.interface
class Purchasable:
    id: strawberry.ID
    title: str
    price: Money


@strawberry.type
class Course(Purchasable):
    slug: str
    level: catalog.CourseLevel
    duration: int

    @classmethod
    def of(cls, row: catalog.Course) -> Self:
        return cls(
            id=global_id("Course", row.id),
            title=row.title,
            price=Money(amount=row.price, currency=row.currency),
            slug=row.slug,
            level=row.level,
            duration=row.duration,
        )


@strawberry.type
class Product(Purchasable):
    author: str

    @classmethod
    def of(cls, row: catalog.Product) -> Self:
        price = Money(amount=row.price, currency=row.currency)
        return cls(id=global_id("Product", row.id), title=row.title, price=price, author=row.author)


@strawberry.type
class TypingTest(Purchasable):
    @classmethod
    def of(cls, row: catalog.TypingTest) -> Self:
        price = Money(amount=row.price, currency=row.currency)
        return cls(id=global_id("TypingTest", row.id), title=row.title, price=price)


def for_sale(row: Thing) -> Course | Product | TypingTest:
    match row:
        case catalog.Course():
            return Course.of(row)
        case catalog.Product():
            return Product.of(row)
        case catalog.TypingTest():
            return TypingTest.of(row)


async def thing(info: Info, kind: PurchasableKind, key: UUID) -> Purchasable | None:
    row = await info.context.loaders.things[kind].load(key)
    return None if row is None else for_sale(row)
