"""When seeding refuses to begin, and what it leaves alone."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from argon2 import PasswordHasher
from pydantic import SecretStr

from gateway.seeding import SeedingRefused, Size, seed
from gateway.seeding.cast import LOG_IN_AS
from gateway.seeding.opening import ANALYST_EMAIL
from gateway.seeding.passwords import SAMPLE_PASSWORD
from gateway.settings import Environment
from tests.gateway.seeding_place import Place, new_place


@pytest.fixture
async def place(postgres_url: str, mongo_uri: str) -> AsyncIterator[Place]:
    async with new_place(postgres_url, mongo_uri) as place:
        yield place


async def test_only_one_seeds_at_a_time(place: Place) -> None:
    begun = asyncio.Event()
    first = asyncio.create_task(
        seed(place.handles, place.settings, size=Size.S, seed=42, reset=False, progress=lambda *_: begun.set())
    )
    await begun.wait()

    with pytest.raises(SeedingRefused, match="Another seeding of this database is running"):
        await place.seed()
    assert not (await first).already_filled


async def test_databases_that_are_not_migrated_are_refused(postgres_url: str, mongo_uri: str) -> None:
    async with new_place(postgres_url, mongo_uri, is_migrated=False) as place:
        with pytest.raises(SeedingRefused, match=r"not migrated\. Run `gateway migrate`"):
            await place.seed()


async def test_the_people_of_the_demo_have_the_passwords_that_the_notes_say(place: Place) -> None:
    own = Place(place.handles, place.settings.model_copy(update={"admin_password": SecretStr("the-admins-own")}))
    summary = await own.seed()

    hashes = await _hashes(place)
    assert PasswordHasher().verify(hashes["admin@example.com"], "the-admins-own")
    assert PasswordHasher().verify(hashes["alice@example.com"], SAMPLE_PASSWORD)
    assert PasswordHasher().verify(hashes["analyst@example.com"], SAMPLE_PASSWORD)
    assert len(set(hashes.values())) == len(hashes)
    assert summary.notes == (
        "The administrator is admin@example.com, with the password ADMIN_PASSWORD.",
        f'The analyst {ANALYST_EMAIL} and {LOG_IN_AS} have the password "{SAMPLE_PASSWORD}".',
    )


async def _hashes(place: Place) -> dict[str, str]:
    rows = await place.handles.postgres.fetch("SELECT email, password_hash FROM users WHERE password_hash IS NOT NULL")
    return dict(map(tuple, rows))


async def test_production_wants_an_admin_password_gives_nobody_else_one_and_is_not_emptied(place: Place) -> None:
    production = place.settings.model_copy(update={"environment": Environment.PRODUCTION})
    with pytest.raises(SeedingRefused, match="ADMIN_PASSWORD is missing"):
        await Place(place.handles, production).seed()

    own = Place(place.handles, production.model_copy(update={"admin_password": SecretStr("the-admins-own")}))
    await own.seed()

    assert (await _hashes(place)).keys() == {"admin@example.com"}
    with pytest.raises(SeedingRefused, match="A production database is not emptied"):
        await own.seed(reset=True)


async def test_an_admin_with_the_address_of_a_sample_person_is_refused_before_anything_is_emptied(place: Place) -> None:
    await place.seed()
    before = await place.everything()
    clash = Place(place.handles, place.settings.model_copy(update={"admin_email": "Alice@example.com"}))

    with pytest.raises(SeedingRefused, match=r"ADMIN_EMAIL is alice@example\.com, which is a sample person's"):
        await clash.seed(reset=True)

    assert await place.everything() == before


async def test_tables_in_use_are_not_emptied(place: Place) -> None:
    await place.seed()
    before = await place.everything()

    async with place.handles.postgres.acquire() as other, other.transaction():
        await other.execute("LOCK TABLE users IN ACCESS SHARE MODE")
        with pytest.raises(SeedingRefused, match="tables are in use, so they were not emptied"):
            await place.seed(reset=True)

    assert await place.everything() == before
    assert (await place.seed()).already_filled
