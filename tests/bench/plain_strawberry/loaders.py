"""Dataloaders: objects by key, a query for each batch."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from beanie.operators import In
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from strawberry.dataloader import DataLoader

from models.catalog import Course, Product, PurchasableKind, TypingTest
from models.identity import User, UserProfile
from models.orders import OrderItem
from models.purchases import Purchase
from models.referrals import Member, Referral
from tests.bench.plain_strawberry.stores import engine

T = TypeVar("T")
Thing = Course | Product | TypingTest


class Loaders:
    """Those of one request."""

    def __init__(self) -> None:
        self.users = DataLoader(load_fn=users)
        self.profiles = DataLoader(load_fn=profiles)
        self.members: DataLoader[UUID, Member | None] = DataLoader(load_fn=members)
        self.referrals = DataLoader(load_fn=referrals)
        self.items = DataLoader(load_fn=items)
        self.purchases = DataLoader(load_fn=purchases)
        self.things: dict[PurchasableKind, DataLoader[UUID, Thing | None]] = {
            PurchasableKind.COURSE: DataLoader(load_fn=courses),
            PurchasableKind.PRODUCT: DataLoader(load_fn=products),
            PurchasableKind.TYPING_TEST: DataLoader(load_fn=typing_tests),
        }


def grouped(keys: Sequence[UUID], rows: Sequence[tuple[UUID, T]]) -> list[list[T]]:
    found: dict[UUID, list[T]] = {}
    for key, row in rows:
        found.setdefault(key, []).append(row)
    return [found.get(key, []) for key in keys]


async def users(keys: list[UUID]) -> list[User | None]:
    async with AsyncSession(engine) as session:
        found = {row.id: row for row in await session.exec(select(User).where(col(User.id).in_(keys)))}
    return [found.get(key) for key in keys]


async def profiles(keys: list[UUID]) -> list[UserProfile | None]:
    async with AsyncSession(engine) as session:
        rows = await session.exec(select(UserProfile).where(col(UserProfile.user_id).in_(keys)))
        found = {row.user_id: row for row in rows}
    return [found.get(key) for key in keys]


async def courses(keys: list[UUID]) -> list[Thing | None]:
    async with AsyncSession(engine) as session:
        found = {row.id: row for row in await session.exec(select(Course).where(col(Course.id).in_(keys)))}
    return [found.get(key) for key in keys]


async def products(keys: list[UUID]) -> list[Thing | None]:
    found = {row.id: row for row in await Product.find(In(Product.id, keys)).to_list()}
    return [found.get(key) for key in keys]


async def typing_tests(keys: list[UUID]) -> list[Thing | None]:
    found = {row.id: row for row in await TypingTest.find(In(TypingTest.id, keys)).to_list()}
    return [found.get(key) for key in keys]


async def items(keys: list[UUID]) -> list[list[OrderItem]]:
    async with AsyncSession(engine) as session:
        statement = select(OrderItem).where(col(OrderItem.order_id).in_(keys)).order_by(col(OrderItem.position))
        return grouped(keys, [(row.order_id, row) for row in await session.exec(statement)])


async def members(keys: list[UUID]) -> list[Member | None]:
    found = {row.id: row for row in await Member.find(In(Member.id, keys)).to_list()}
    return [found.get(key) for key in keys]


async def referrals(keys: list[UUID]) -> list[list[Referral]]:
    rows = await Referral.find(In(Referral.referrer_id, keys)).sort("-createdAt", "-_id").to_list()
    return grouped(keys, [(row.referrer_id, row) for row in rows])


async def purchases(keys: list[UUID]) -> list[list[Purchase]]:
    rows = await Purchase.find(In(Purchase.order_id, keys)).sort("_id").to_list()
    return grouped(keys, [(row.order_id, row) for row in rows])
