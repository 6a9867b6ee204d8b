"""People: how they are found, and how a token says who is asking.  Signing up and logging in are not here yet."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, LargeBinary, any_, bindparam, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from models import identity as identity_models
from models.identity import Role
from models.values import now
from resolvers.context import Handles
from resolvers.loading import One, Pages
from resolvers.refusals import InvalidToken
from resolvers.sources import Columns
from resolvers.stores import Row, fetch
from resolvers.tables import Text, compiled
from resolvers.viewer import Viewer

UserById = One(identity_models.User)
Users = Pages(identity_models.User)
ProfileByUser = One(identity_models.UserProfile, "user_id")
PreferencesByUser = One(identity_models.UserPreference, "user_id")
SessionsByUser = Pages(identity_models.Session, "user_id")
AccountsByUser = Pages(identity_models.Account, "user_id", order=("created_at", "id"))
ApiKeysByUser = Pages(identity_models.ApiKey, "user_id")

SESSION_PREFIX = "gws_"
API_KEY_PREFIX = "gwk_"
TOKEN_BYTES = 32
RANKED = (Role.USER, Role.ANALYST, Role.ADMIN)
LESSER = {(one, other): min(one, other, key=RANKED.index) for one in RANKED for other in RANKED}


def holder(
    token: type[identity_models.Session] | type[identity_models.ApiKey], scope: Mapped[Role], hashes: ColumnElement[Any]
) -> Text:
    """The persons whom live tokens of one table stand for, with the role of the person and that of the token."""
    user = identity_models.User
    return compiled(
        select(col(token.token_hash), col(user.id), col(user.role), scope.label("scope"))
        .join(token, col(token.user_id) == col(user.id))
        .where(
            col(token.token_hash) == hashes,
            col(token.revoked_at).is_(None),
            col(token.expires_at).is_(None) | (col(token.expires_at) > func.now()),
            col(user.disabled_at).is_(None),
            col(user.erased_at).is_(None),
        )
    )


ONE = bindparam("token_hash", type_=LargeBinary)
MANY = any_(bindparam("token_hashes", type_=ARRAY(LargeBinary)))


class HolderByToken:
    """Who holds a token of one table, by the hash of it."""

    def __init__(
        self, token: type[identity_models.Session] | type[identity_models.ApiKey], scope: Mapped[Role]
    ) -> None:
        self.of_one, self.of_many = holder(token, scope, ONE), holder(token, scope, MANY)

    async def load(self, handles: Handles, keys: Sequence[bytes], _: Columns) -> Mapping[bytes, Row]:
        statement, hashes = (self.of_one, keys[0]) if len(keys) == 1 else (self.of_many, keys)
        return {row["token_hash"]: row for row in await fetch(handles, "users", statement.sql, hashes)}


HOLDERS = {
    SESSION_PREFIX: HolderByToken(identity_models.Session, col(identity_models.User.role)),
    API_KEY_PREFIX: HolderByToken(identity_models.ApiKey, col(identity_models.ApiKey.role)),
}


def hash_of(token: str) -> bytes:
    """What is stored of a token.  Tokens have 256 random bits, so a plain SHA-256 of one cannot be searched for."""
    return hashlib.sha256(token.encode()).digest()


async def viewer_of(handles: Handles, token: str) -> Viewer:
    """The person whom a bearer token stands for, in the lesser of their own role and the token's.

    Raises InvalidToken for a token that is unknown, expired or revoked, and for one of a person who is disabled or
    erased.
    """
    loader = HOLDERS.get(token[: len(SESSION_PREFIX)])
    if loader is None:
        raise InvalidToken
    hashed = hash_of(token)
    holder = (await handles.loads.load(handles, loader, (hashed,))).get(hashed)
    if holder is None:
        raise InvalidToken
    return Viewer(holder["id"], LESSER[holder["role"], holder["scope"]])


async def make_admin(handles: Handles, email: str, password_hash: str) -> bool:
    """A person with the role of an administrator and a verified address, unless somebody has the address already."""
    user = identity_models.User(
        email=email,
        email_verified_at=now(),
        username=f"admin-{secrets.token_hex(4)}",
        password_hash=password_hash,
        role=Role.ADMIN,
    )
    async with AsyncSession(handles.engine) as session:
        session.add(user)
        try:
            await session.commit()
        except IntegrityError:
            return False
    return True


async def start_session(handles: Handles, email: str, device_name: str, lifetime: timedelta) -> str | None:
    """A new session of the person with this address: its token, which is not kept, or None where there is no such
    person.
    """
    user = identity_models.User
    token = SESSION_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    is_theirs = (
        (func.lower(col(user.email)) == email.lower()) & col(user.erased_at).is_(None) & col(user.disabled_at).is_(None)
    )
    async with AsyncSession(handles.engine) as session, session.begin():
        user_id = await session.scalar(select(col(user.id)).where(is_theirs))
        if user_id is None:
            return None
        session.add(
            identity_models.Session(
                user_id=user_id, token_hash=hash_of(token), device_name=device_name, expires_at=now() + lifetime
            )
        )
    return token
