"""People and how they prove who they are.  Secrets are kept as hashes only; OAuth tokens are not kept at all."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.columns import MOMENT, choice, defaulted, folded, key, stamp


class Role(StrEnum):
    USER = "USER"
    ANALYST = "ANALYST"
    ADMIN = "ADMIN"


class VerificationPurpose(StrEnum):
    VERIFY_EMAIL = "VERIFY_EMAIL"
    CHANGE_EMAIL = "CHANGE_EMAIL"
    RESET_PASSWORD = "RESET_PASSWORD"  # noqa: S105 - the name of a purpose, no password


def _sha256() -> CheckConstraint:
    return CheckConstraint("octet_length(token_hash) = 32", name="token_hash")


class User(SQLModel, table=True):
    """A person.  Rows stay, because the books refer to them: who is erased keeps an id and nothing personal."""

    __tablename__ = "users"
    __table_args__ = (
        Index("uq_users_email", text("lower(email)"), unique=True),
        Index("uq_users_username", text("lower(username)"), unique=True),
        Index("ix_users_username_start", text("lower(username) text_pattern_ops")),
        Index(None, "created_at", "id"),
        CheckConstraint("email ~ '^[^@[:space:]]+@[^@[:space:]]+$' AND length(email) <= 320", name="email"),
        CheckConstraint("length(username) BETWEEN 1 AND 64", name="username"),
    )

    id: UUID = key()
    email: str = folded()
    email_verified_at: datetime | None = Field(default=None, sa_type=MOMENT)
    username: str = folded()
    name: str | None = None
    password_hash: str | None = None
    image: str | None = None
    role: Role = defaulted(Role.USER)
    disabled_at: datetime | None = Field(default=None, sa_type=MOMENT)
    erased_at: datetime | None = Field(default=None, sa_type=MOMENT)
    created_at: datetime = stamp()
    updated_at: datetime = stamp()


class UserProfile(SQLModel, table=True):
    __tablename__ = "user_profiles"

    id: UUID = key()
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE", unique=True)
    first_name: str | None = None
    last_name: str | None = None
    bio: str | None = None
    phone_number: str | None = None
    created_at: datetime = stamp()
    updated_at: datetime = stamp()


class UserPreference(SQLModel, table=True):
    __tablename__ = "user_preferences"

    id: UUID = key()
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE", unique=True)
    theme: str = defaulted("light")
    language: str = defaulted("en")
    notifications: bool = defaulted(value=True)
    created_at: datetime = stamp()
    updated_at: datetime = stamp()


class Account(SQLModel, table=True):
    """A provider's account that a person logs in with.  The provider's tokens are used once and thrown away."""

    __tablename__ = "accounts"
    __table_args__ = (
        UniqueConstraint("provider", "provider_account_id"),
        Index(None, "user_id", "created_at", "id"),
    )

    id: UUID = key()
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    type: str
    provider: str
    provider_account_id: str
    scope: str | None = None
    created_at: datetime = stamp()
    updated_at: datetime = stamp()


class Session(SQLModel, table=True):
    """A log-in.  `token_hash` is the SHA-256 of the opaque token that only its holder has; `expires_at` is absolute."""

    __tablename__ = "sessions"
    __table_args__ = (Index(None, "user_id", "created_at", "id"), _sha256())

    id: UUID = key()
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    token_hash: bytes = Field(unique=True)
    device_name: str | None = None
    origin: str | None = None
    created_at: datetime = stamp()
    last_seen_at: datetime = stamp()
    expires_at: datetime = Field(sa_type=MOMENT, index=True)
    revoked_at: datetime | None = Field(default=None, sa_type=MOMENT)


class VerificationToken(SQLModel, table=True):
    """A link sent by mail, good once.  `identifier` is the address it was sent to, not yet always the user's."""

    __tablename__ = "verification_tokens"
    __table_args__ = (UniqueConstraint("identifier", "token_hash"), _sha256())

    id: UUID = key()
    identifier: str
    user_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete="CASCADE", index=True)
    token_hash: bytes = Field(unique=True)
    purpose: VerificationPurpose = Field(sa_type=choice(VerificationPurpose))
    created_at: datetime = stamp()
    expires_at: datetime = Field(sa_type=MOMENT, index=True)
    used_at: datetime | None = Field(default=None, sa_type=MOMENT)


class ApiKey(SQLModel, table=True):
    """A token for programs.  `role` is its scope: what it may do is the lesser of that and of its owner's role now."""

    __tablename__ = "api_keys"
    __table_args__ = (Index(None, "user_id", "created_at", "id"), _sha256())

    id: UUID = key()
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    name: str
    token_hash: bytes = Field(unique=True)
    role: Role = defaulted(Role.USER)
    created_at: datetime = stamp()
    last_used_at: datetime | None = Field(default=None, sa_type=MOMENT)
    expires_at: datetime | None = Field(default=None, sa_type=MOMENT)
    revoked_at: datetime | None = Field(default=None, sa_type=MOMENT)
