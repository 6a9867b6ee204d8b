"""People, whom they brought, and what they bought: types that refer to each other."""

from datetime import datetime
from typing import Self

import strawberry
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import identity
from models import orders as order_models
from models import purchases as purchase_models
from models import referrals as referral_models
from tests.bench.plain_strawberry.stores import engine
from tests.bench.plain_strawberry.types import Connection, Info, Money, Purchasable, thing


@strawberry.type
class OrderItem:
    row: strawberry.Private[order_models.OrderItem]
    price: Money

    @strawberry.field
    async def item(self, info: Info) -> Purchasable | None:
        return await thing(info, self.row.kind, self.row.item_id)

    @classmethod
    def of(cls, row: order_models.OrderItem) -> Self:
        return cls(row=row, price=Money(amount=row.price, currency=row.currency))


@strawberry.type
class Purchase:
    row: strawberry.Private[purchase_models.Purchase]
    product_name: str
    amount: Money
    credits_used: int
    purchased_at: datetime

    @strawberry.field
    async def item(self, info: Info) -> Purchasable | None:
        return await thing(info, self.row.kind, self.row.item_id)

    @classmethod
    def of(cls, row: purchase_models.Purchase) -> Self:
        return cls(
            row=row,
            product_name=row.product_name,
            amount=Money(amount=row.amount, currency=row.currency),
            credits_used=row.credits_used,
            purchased_at=row.purchased_at,
        )


@strawberry.type
class Order:
    row: strawberry.Private[order_models.Order]
    number: str
    status: order_models.OrderStatus
    created_at: datetime
    amount: Money

    @strawberry.field
    async def user(self, info: Info) -> "User | None":
        row = await info.context.loaders.users.load(self.row.user_id)
        return None if row is None else User.of(row)

    @strawberry.field
    async def items(self, info: Info) -> list[OrderItem]:
        return [OrderItem.of(row) for row in await info.context.loaders.items.load(self.row.id)]

    @strawberry.field
    async def purchases(self, info: Info) -> list[Purchase]:
        return [Purchase.of(row) for row in await info.context.loaders.purchases.load(self.row.id)]

    @classmethod
    def of(cls, row: order_models.Order) -> Self:
        return cls(
            row=row,
            number=row.number,
            status=row.status,
            created_at=row.created_at,
            amount=Money(amount=row.amount, currency=row.currency),
        )


@strawberry.type
class UserProfile:
    first_name: str | None
    last_name: str | None
    bio: str | None


@strawberry.type
class User:
    row: strawberry.Private[identity.User]
    username: str
    email: str

    @strawberry.field
    async def profile(self, info: Info) -> UserProfile | None:
        row = await info.context.loaders.profiles.load(self.row.id)
        return UserProfile(first_name=row.first_name, last_name=row.last_name, bio=row.bio) if row else None

    @strawberry.field
    async def member(self, info: Info) -> "Member | None":
        row = await info.context.loaders.members.load(self.row.id)
        return Member(row=row, credits=row.credits, referral_code=row.referral_code) if row else None

    @strawberry.field
    async def orders(self, first: int) -> Connection[Order]:
        table = order_models.Order
        statement = select(table).where(col(table.user_id) == self.row.id)
        newest = statement.order_by(col(table.created_at).desc(), col(table.id).desc()).limit(first + 1)
        async with AsyncSession(engine) as session:
            rows = (await session.exec(newest)).all()
        return Connection.of([Order.of(row) for row in rows], first)

    @strawberry.field
    async def purchases(self, first: int) -> Connection[Purchase]:
        theirs = purchase_models.Purchase.find(purchase_models.Purchase.user_id == self.row.id)
        rows = await theirs.sort("-createdAt", "-_id").limit(first + 1).to_list()
        return Connection.of([Purchase.of(row) for row in rows], first)

    @classmethod
    def of(cls, row: identity.User) -> Self:
        return cls(row=row, username=row.username, email=row.email)


@strawberry.type
class Referral:
    row: strawberry.Private[referral_models.Referral]
    status: referral_models.ReferralStatus

    @strawberry.field
    async def referred_user(self, info: Info) -> User | None:
        row = await info.context.loaders.users.load(self.row.referred_user_id)
        return None if row is None else User.of(row)


@strawberry.type
class Member:
    row: strawberry.Private[referral_models.Member]
    credits: int
    referral_code: str

    @strawberry.field
    async def referrals(self, info: Info, first: int) -> Connection[Referral]:
        rows = await info.context.loaders.referrals.load(self.row.id)
        return Connection.of([Referral(row=row, status=row.status) for row in rows], first)
