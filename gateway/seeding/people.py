"""People: the rows of an account when it is made, and what is remembered of its owner until the member is written."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from gateway.seeding.draw import Draw
from gateway.seeding.ledger import Wallet
from gateway.seeding.shapes import Batch
from models.catalog import PurchasableKind
from models.identity import Role, User, UserPreference, UserProfile
from models.referrals import Member


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who signs up.  Without a password hash one cannot log in."""

    first_name: str
    last_name: str
    username: str
    email: str
    password_hash: str | None
    role: Role = Role.USER
    bio: str | None = None
    phone_number: str | None = None
    theme: str = "light"
    language: str = "en"
    notifications: bool = True
    clerk_user_id: str | None = None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass(slots=True, eq=False)
class Person:
    """What later happenings need to know of somebody.  `bought_at` is when the last purchase was completed; `touched`
    are the things bought once, owned still or not.
    """

    id: UUID
    name: str
    created_at: datetime
    referral_code: str
    clerk_user_id: str | None
    referrer: "Person | None"
    wallet: Wallet
    referred: int = 0
    bought_at: datetime | None = None
    updated_at: datetime = field(init=False)
    touched: set[UUID] = field(default_factory=set)
    owned: list[tuple[PurchasableKind, UUID]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.updated_at = self.created_at

    def own(self, kind: PurchasableKind, item_id: UUID, at: datetime) -> None:
        self.owned.append((kind, item_id))
        self.updated_at = max(self.updated_at, at)


def sign_up(batch: Batch, draw: Draw, newcomer: Newcomer, at: datetime, referrer: Person | None) -> Person:
    user_id = draw.id(at)
    stamps = {"created_at": at, "updated_at": at}
    batch.row(
        User,
        id=user_id,
        email=newcomer.email,
        email_verified_at=draw.after(at, least=30, most=3600),
        username=newcomer.username,
        name=newcomer.name,
        password_hash=newcomer.password_hash,
        role=newcomer.role,
        **stamps,
    )
    batch.row(
        UserProfile,
        id=draw.id(at),
        user_id=user_id,
        first_name=newcomer.first_name,
        last_name=newcomer.last_name,
        bio=newcomer.bio,
        phone_number=newcomer.phone_number,
        **stamps,
    )
    batch.row(
        UserPreference,
        id=draw.id(at),
        user_id=user_id,
        theme=newcomer.theme,
        language=newcomer.language,
        notifications=newcomer.notifications,
        **stamps,
    )
    return Person(
        id=user_id,
        name=newcomer.name,
        created_at=at,
        referral_code=draw.referral_code(),
        clerk_user_id=newcomer.clerk_user_id,
        referrer=referrer,
        wallet=Wallet(user_id, at, at),
    )


def become_member(batch: Batch, person: Person) -> None:
    """Write the member as it stands at the end of everything."""
    batch.document(
        Member,
        id=person.id,
        clerk_user_id=person.clerk_user_id,
        referral_code=person.referral_code,
        name=person.name,
        credits=person.wallet.balance,
        total_credits_earned=person.wallet.total_earned,
        total_referred_users=person.referred,
        referred_by=person.referrer.id if person.referrer else None,
        purchased_courses=list(_owned(person, PurchasableKind.COURSE)),
        purchased_tests=list(_owned(person, PurchasableKind.TYPING_TEST)),
        purchased_products=list(_owned(person, PurchasableKind.PRODUCT)),
        ledger_version=person.wallet.version,
        created_at=person.created_at,
        updated_at=max(person.updated_at, person.wallet.updated_at),
    )


def _owned(person: Person, kind: PurchasableKind) -> Iterator[UUID]:
    return (item_id for owned_kind, item_id in person.owned if owned_kind is kind)
