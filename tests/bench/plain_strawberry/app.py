"""The root of the graph, and the application that serves it."""

import base64
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry
from beanie.odm.operators.find.comparison import GTE
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.permission import BasePermission

from models import catalog as catalog_models
from models import identity
from models import orders as order_models
from models.identity import Role
from tests.bench.plain_strawberry.loaders import Loaders
from tests.bench.plain_strawberry.people import Order, User
from tests.bench.plain_strawberry.stores import engine, lifespan, viewer_of
from tests.bench.plain_strawberry.types import (
    Connection,
    Context,
    Course,
    Info,
    Product,
    Purchasable,
    TypingTest,
    for_sale,
)

CURRENCY = "INR"


class IsAdmin(BasePermission):
    message = "Only administrators may see this."

    def has_permission(self, source: Any, info: Info, **_: Any) -> bool:
        return info.context.viewer.role is Role.ADMIN


@strawberry.input
class DateTimeComparison:
    lt: datetime


@strawberry.input
class CreatedFilter:
    created_at: DateTimeComparison


@strawberry.enum
class CatalogField(Enum):
    PRICE = "PRICE"


@strawberry.input
class CatalogOrder:
    field: CatalogField


@strawberry.type
class Query:
    @strawberry.field
    async def course(self, info: Info, id: strawberry.ID) -> Course | None:  # noqa: A002
        key = UUID(base64.b64decode(id).decode().partition(":")[2])
        async with AsyncSession(engine) as session:
            row = await session.get(catalog_models.Course, key)
        return Course.of(row) if row and (row.is_published or is_admin(info)) else None

    @strawberry.field
    async def courses(self, info: Info, first: int, where: CreatedFilter) -> Connection[Course]:
        table = catalog_models.Course
        statement = select(table).where(col(table.created_at) < where.created_at.lt)
        if not is_admin(info):
            statement = statement.where(col(table.is_published))
        newest = statement.order_by(col(table.created_at).desc(), col(table.id).desc()).limit(first + 1)
        async with AsyncSession(engine) as session:
            rows = (await session.exec(newest)).all()
        return Connection.of([Course.of(row) for row in rows], first)

    @strawberry.field(permission_classes=[IsAdmin])  # type: ignore[untyped-decorator]  # As Strawberry has it.
    async def orders(self, first: int, where: CreatedFilter) -> Connection[Order] | None:
        table = order_models.Order
        statement = select(table).where(col(table.created_at) < where.created_at.lt)
        newest = statement.order_by(col(table.created_at).desc(), col(table.id).desc()).limit(first + 1)
        async with AsyncSession(engine) as session:
            rows = (await session.exec(newest)).all()
        return Connection.of([Order.of(row) for row in rows], first)

    @strawberry.field
    async def catalog(
        self,
        info: Info,
        first: int,
        min_price: Decimal,
        order_by: CatalogOrder,
    ) -> Connection[Purchasable]:
        table = catalog_models.Course
        statement = select(table).where(col(table.currency) == CURRENCY, col(table.price) >= min_price)
        if not is_admin(info):
            statement = statement.where(col(table.is_published))
        async with AsyncSession(engine) as session:
            cheapest = statement.order_by(col(table.price), col(table.id)).limit(first + 1)
            found: list[Any] = list(await session.exec(cheapest))
        for document in (catalog_models.Product, catalog_models.TypingTest):
            asked = document.find(document.currency == CURRENCY, GTE(document.price, min_price))
            if not is_admin(info):
                asked = asked.find(document.is_published == True)  # noqa: E712  Beanie makes a condition of it.
            found += await asked.sort("price", "_id").limit(first + 1).to_list()
        found.sort(key=lambda row: (row.price, row.id.bytes))
        return Connection.of([for_sale(row) for row in found], first)

    @strawberry.field
    async def me(self, info: Info) -> User | None:
        return User.of(info.context.viewer)


def is_admin(info: Info) -> bool:
    return info.context.viewer.role is Role.ADMIN


class Endpoint(GraphQL[Context, None]):
    async def get_context(self, request: HTTPConnection, response: object) -> Context:
        viewer: identity.User | None = await viewer_of(request.headers.get("authorization", ""))
        if viewer is None:
            raise PermissionError("Sign in.")
        context = Context()
        context.loaders, context.viewer = Loaders(), viewer
        return context


endpoint = Endpoint(strawberry.Schema(Query, types=[Course, Product, TypingTest]))
app = Starlette(routes=[Route("/graphql", endpoint)], lifespan=lifespan)
