"""A world to test in: people, things and orders made in a line each, and questions asked as a client asks them,
over HTTP.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import httpx
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.app import create_app
from gateway.settings import Settings
from models import catalog, identity, orders, purchases, referrals
from models.catalog import CourseLevel, ProductCategory, PurchasableKind
from models.identity import Role
from models.referrals import ReferralStatus
from models.values import new_id, now
from resolvers.context import Handles
from resolvers.identity import start_session
from tests.observed import Observed
from tests.sandbox import Sandbox

START = now() - timedelta(days=30)
PRICE = Decimal("9.99")
NOWHERE = "http://127.0.0.1:9"
"""An address where nobody listens."""
Item = catalog.Course | catalog.Product | catalog.TypingTest


@dataclass(frozen=True)
class Person:
    id: UUID
    username: str
    email: str
    token: str


class World:
    """Everything is made in the order of the calls: each row is a second younger than the one before it.

    `sandbox` is where payments go.  Its effects are those of this world; the faults that it is told are forgotten
    afterwards.
    """

    def __init__(self, handles: Handles, observed: Observed, sandbox: Sandbox | None = None) -> None:
        self.handles = handles
        self.observed = observed
        self.sandbox = sandbox or Sandbox(NOWHERE)
        self.made = 0
        app = create_app(Settings(_env_file=None))
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(with_state(app, handles)), base_url="http://gateway"
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.sandbox.forget_faults()
        # What a test left under way would otherwise write into the next one's world.
        await self.handles.tasks.close()
        await self.client.aclose()

    def next(self) -> tuple[int, datetime]:
        self.made += 1
        return self.made, START + timedelta(seconds=self.made)

    async def save(self, *rows: SQLModel) -> None:
        async with AsyncSession(self.handles.engine, expire_on_commit=False) as session, session.begin():
            session.add_all(rows)

    async def person(self, role: Role = Role.USER, *, has_member: bool = True) -> Person:
        number, at = self.next()
        user = identity.User(
            id=new_id(), email=f"person{number}@example.com", username=f"person{number}", role=role, created_at=at
        )
        await self.save(user)
        if has_member:
            await referrals.Member(
                id=user.id, referral_code=f"CODE{number:04}", name=user.username, credits=number, created_at=at
            ).insert()
        token = await start_session(self.handles, user.email, "test", timedelta(hours=1))
        assert token is not None
        return Person(user.id, user.username, user.email, token)

    async def course(self, author: Person, **changes: Any) -> catalog.Course:
        number, at = self.next()
        facts: dict[str, Any] = {
            "title": f"Course {number}",
            "slug": f"course-{number}",
            "duration": 60,
            "price": PRICE,
            "currency": "INR",
            "category": "typing",
            "level": CourseLevel.BEGINNER,
            "is_published": True,
            "created_by": author.id,
            "created_at": at,
        }
        course = catalog.Course(id=new_id(), **facts | changes)
        await self.save(course)
        return course

    async def product(self, **changes: Any) -> catalog.Product:
        number, at = self.next()
        facts: dict[str, Any] = {
            "title": f"Product {number}",
            "description": "A product.",
            "author": "Somebody",
            "price": PRICE,
            "currency": "INR",
            "category": ProductCategory.EBOOK,
            "is_published": True,
            "created_at": at,
        }
        return await catalog.Product(**facts | changes).insert()

    async def order(self, buyer: Person, *items: Item) -> orders.Order:
        """A completed order of these items, with its purchases."""
        number, at = self.next()
        total = sum((item.price for item in items), Decimal(0))
        order = orders.Order(
            id=new_id(),
            number=f"N-{number:06}",
            user_id=buyer.id,
            status=orders.OrderStatus.COMPLETED,
            payment_status=orders.PaymentStatus.PAID,
            fulfilment=orders.Fulfilment.DONE,
            amount=total,
            original_amount=total,
            currency="INR",
            created_at=at,
            completed_at=at,
        )
        await self.save(order)
        for position, item in enumerate(items, 1):
            await self.item(order, buyer, position, item, at)
        return order

    async def item(self, order: orders.Order, buyer: Person, position: int, item: Item, at: datetime) -> None:
        kind = KINDS[type(item)]
        row = orders.OrderItem(
            id=new_id(),
            order_id=order.id,
            user_id=buyer.id,
            position=position,
            kind=kind,
            item_id=item.id,
            title=item.title,
            price=item.price,
            currency="INR",
        )
        await self.save(row)
        await purchases.Purchase(
            user_id=buyer.id,
            order_id=order.id,
            order_item_id=row.id,
            kind=kind,
            item_id=item.id,
            product_name=item.title,
            amount=item.price,
            currency="INR",
            credit_amount=Decimal(0),
            cash_amount=item.price,
            discount=Decimal(0),
            purchased_at=at,
            created_at=at,
        ).insert()
        await self.count_purchase(item)

    async def count_purchase(self, item: Item) -> None:
        if isinstance(item, catalog.Course):
            count = "UPDATE courses SET purchase_count = purchase_count + 1 WHERE id = $1"
            await self.handles.postgres.execute(count, item.id)
        else:
            await item.inc({"purchaseCount": 1})

    async def referral(
        self, referrer: Person, referred: Person, status: ReferralStatus = ReferralStatus.PENDING
    ) -> referrals.Referral:
        _, at = self.next()
        return await referrals.Referral(
            referrer_id=referrer.id, referred_user_id=referred.id, status=status, created_at=at
        ).insert()

    async def ask(self, query: str, by: Person | None = None, /, **variables: Any) -> dict[str, Any]:
        """The body of the answer; what the databases were sent meanwhile is in `observed`, without the look-up of
        the token.
        """
        self.observed.clear()
        response = await self.post({"query": query, "variables": variables}, by)
        if by is not None and self.observed.read:
            del self.observed.read[0], self.observed.sql[0]
        body: dict[str, Any] = response.json()
        return body

    async def post(self, body: Any, by: Person | None = None, headers: dict[str, str] | None = None) -> httpx.Response:
        signed = {"Authorization": f"Bearer {by.token}"} if by is not None else {}
        return await self.client.post("/graphql", json=body, headers=signed | (headers or {}))


KINDS: dict[type, PurchasableKind] = {
    catalog.Course: PurchasableKind.COURSE,
    catalog.Product: PurchasableKind.PRODUCT,
    catalog.TypingTest: PurchasableKind.TYPING_TEST,
}


def with_state(app: ASGIApp, handles: Handles) -> ASGIApp:
    """The application as its lifespan would have left it, with handles that the tests opened."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "state": {"handles": handles}}, receive, send)

    return application
