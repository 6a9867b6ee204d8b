"""Tokens: whom they stand for, and in which role."""

from datetime import datetime, timedelta

import pytest

from models import identity as identity_models
from models.identity import Role
from models.values import now
from resolvers.identity import hash_of, make_admin, start_session, viewer_of
from resolvers.refusals import InvalidToken
from resolvers.viewer import Viewer
from tests.world import Person, World

KEY = "gwk_" + "k" * 43


async def api_key(
    world: World, owner: Person, role: Role, *, expires_at: datetime | None = None, revoked_at: datetime | None = None
) -> None:
    await world.save(
        identity_models.ApiKey(
            user_id=owner.id,
            name="a script",
            token_hash=hash_of(KEY),
            role=role,
            expires_at=expires_at,
            revoked_at=revoked_at,
        )
    )


@pytest.mark.parametrize(
    ("person", "scope", "acts_as"),
    [
        (Role.ADMIN, Role.ADMIN, Role.ADMIN),
        (Role.ADMIN, Role.ANALYST, Role.ANALYST),
        (Role.ADMIN, Role.USER, Role.USER),
        (Role.USER, Role.ADMIN, Role.USER),
        (Role.ANALYST, Role.ADMIN, Role.ANALYST),
    ],
)
async def test_an_api_key_acts_in_the_lesser_of_its_own_and_its_owners_role(
    world: World, person: Role, scope: Role, acts_as: Role
) -> None:
    owner = await world.person(person)
    await api_key(world, owner, scope)

    assert await viewer_of(world.handles, KEY) == Viewer(owner.id, acts_as)


@pytest.mark.parametrize("how", ["expired", "revoked", "disabled", "erased"])
async def test_an_api_key_that_has_ended_stands_for_nobody(world: World, how: str) -> None:
    owner = await world.person()
    ended = now() - timedelta(seconds=1)
    await api_key(
        world,
        owner,
        Role.USER,
        expires_at=ended if how == "expired" else None,
        revoked_at=ended if how == "revoked" else None,
    )
    if how in ("disabled", "erased"):
        await world.handles.postgres.execute(f"UPDATE users SET {how}_at = now()")

    with pytest.raises(InvalidToken):
        await viewer_of(world.handles, KEY)


async def test_a_key_that_expires_later_still_stands_for_its_owner(world: World) -> None:
    owner = await world.person()
    await api_key(world, owner, Role.USER, expires_at=now() + timedelta(minutes=1))

    assert await viewer_of(world.handles, KEY) == Viewer(owner.id, Role.USER)


async def test_a_token_of_one_kind_is_no_token_of_the_other(world: World) -> None:
    person = await world.person()

    with pytest.raises(InvalidToken):
        await viewer_of(world.handles, person.token.replace("gws_", "gwk_"))


async def test_a_session_is_started_without_regard_to_the_case_of_the_address(world: World) -> None:
    person = await world.person()

    token = await start_session(world.handles, person.email.upper(), "test", timedelta(minutes=1))

    assert token is not None
    assert (await viewer_of(world.handles, token)).user_id == person.id
    stored = await world.handles.postgres.fetch("SELECT token_hash FROM sessions")
    assert all(token.encode() not in row["token_hash"] for row in stored)


async def test_an_administrator_is_made_once(world: World) -> None:
    assert await make_admin(world.handles, "root@example.com", "a hash")
    assert not await make_admin(world.handles, "Root@Example.com", "another hash")

    rows = await world.handles.postgres.fetch("SELECT email, role, password_hash FROM users")
    assert [tuple(row) for row in rows] == [("root@example.com", "ADMIN", "a hash")]
