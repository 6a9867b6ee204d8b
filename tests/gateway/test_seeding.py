"""Seeding: the same data every time, consistent, and nothing half done."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import asyncpg
import pytest

from gateway.seeding import Size
from migrations.drift import mongo_facts, postgres_facts
from models.values import new_id, now
from tests.gateway.seeding_invariants import violations
from tests.gateway.seeding_place import Place, new_place

CREDIT_VALUE = Decimal("10.00")


@pytest.fixture
async def place(postgres_url: str, mongo_uri: str) -> AsyncIterator[Place]:
    async with new_place(postgres_url, mongo_uri) as place:
        yield place


async def test_the_demo_keeps_every_invariant_and_has_everything_in_every_state(place: Place) -> None:
    summary = await place.seed()

    assert await violations(place, credit_value=CREDIT_VALUE) == {}
    assert not summary.already_filled
    assert summary.counts == await place.counts()
    states = {
        f"{table}.{column}": {
            row[0] for row in await place.handles.postgres.fetch(f"SELECT DISTINCT {column}::text FROM {table}")
        }
        for table, column in (
            ("users", "role"), ("orders", "status"), ("orders", "payment_status"), ("payments", "state"),
            ("ownerships", "state"), ("coupon_usages", "state"), ("coupons", "type"), ("referral_claims", "state"),
            ("credit_entries", "kind"), ("subscriptions", "status"), ("experiments", "status"),
        )
    }  # fmt: skip
    assert states == {
        "users.role": {"USER", "ANALYST", "ADMIN"},
        "orders.status": {"pending", "processing", "completed", "cancelled", "refunded"},
        "orders.payment_status": {"pending", "paid", "failed", "refunded"},
        "payments.state": {"WAITING", "PAID", "DECLINED", "CANCELLED"},
        "ownerships.state": {"CLAIMED", "OWNED", "RELEASED", "REVOKED"},
        "coupon_usages.state": {"RESERVED", "CONSUMED", "RELEASED"},
        "coupons.type": {"percentage", "fixed"},
        "referral_claims.state": {"PENDING", "CONVERTED", "FLAGGED", "VOIDED"},
        "credit_entries.kind": {
            "GRANT", "REFERRER_REWARD", "REFERRED_REWARD", "SPENT", "RETURNED", "REVERSED", "SETTLED",
        },
        "subscriptions.status": {"INACTIVE", "ACTIVE", "CANCELLED", "PAST_DUE", "TRIALING"},
        "experiments.status": {"DRAFT", "RUNNING", "STOPPED"},
    }  # fmt: skip


async def test_the_demo_sells_clean_code_and_has_bought_it(place: Place) -> None:
    await place.seed()

    clean_code = await place.handles.mongo["products"].find_one({"title": "Clean Code"})
    assert clean_code is not None
    assert {key: clean_code[key] for key in ("author", "price", "currency", "category", "isPublished")} == {
        "author": "Robert C. Martin",
        "price": Decimal("32.99"),
        "currency": "INR",
        "category": "ebook",
        "isPublished": True,
    }
    owners = await place.handles.mongo["members"].distinct("name", {"purchasedProducts": clean_code["_id"]})
    assert owners == ["Bob Adeyemi", "Grace Nakamura", "Judy Mensah", "Olivia Costa"]


async def test_a_thousand_people_keep_every_invariant(place: Place) -> None:
    summary = await place.seed(Size.S)

    assert await violations(place, credit_value=CREDIT_VALUE) == {}
    assert summary.counts == await place.counts()
    assert summary.counts["users"] == 1000
    assert 4500 <= summary.counts["purchases"] <= 5500


async def test_some_people_buy_and_recruit_a_hundred_times_as_much_as_most(place: Place) -> None:
    await place.seed(Size.S)

    bought = Counter([purchase["userId"] async for purchase in place.handles.mongo["purchases"].find()]).values()
    recruited = Counter([one["referrerId"] async for one in place.handles.mongo["referrals"].find()]).values()
    assert max(bought) > 150
    assert sorted(bought)[len(bought) // 2] < 5
    assert max(recruited) > 100
    assert sorted(recruited)[len(recruited) // 2] < 3


async def test_the_same_seed_gives_the_same_rows_and_documents_and_another_one_others(place: Place) -> None:
    await place.seed(Size.S)
    first = await place.everything()

    await place.seed(Size.S, reset=True)
    assert await place.everything() == first

    await place.seed(Size.S, seed_=43, reset=True)
    other = await place.everything()
    assert {name for name in first if other[name] == first[name] and first[name]} == set()


async def test_an_id_tells_when_its_row_was_made_and_no_row_is_of_today(place: Place) -> None:
    await place.seed()

    rows = await place.handles.postgres.fetch(
        "SELECT date_trunc('milliseconds', uuid_extract_timestamp(id)) AS told, created_at FROM orders"
        " UNION ALL SELECT date_trunc('milliseconds', uuid_extract_timestamp(id)), created_at FROM users"
        " UNION ALL SELECT date_trunc('milliseconds', uuid_extract_timestamp(id)), created_at FROM credit_entries"
    )
    assert [row for row in rows if row["told"] != row["created_at"]] == []
    today = str(now().date())
    assert [name for name, rows in (await place.everything()).items() if any(today in str(row) for row in rows)] == []


async def test_filled_databases_are_left_as_they_are(place: Place) -> None:
    await place.seed()
    before = await place.everything()

    summary = await place.seed(Size.S, seed_=7)

    assert (summary.already_filled, summary.counts) == (True, {})
    assert await place.everything() == before


async def test_a_single_person_is_enough_to_be_filled(place: Place) -> None:
    await place.handles.postgres.execute("INSERT INTO users (email, username) VALUES ('somebody@example.com', 's')")

    assert (await place.seed()).already_filled
    assert await place.counts() == {"users": 1}


async def test_documents_without_people_are_somebody_elses_and_are_left(place: Place) -> None:
    await place.handles.mongo["passages"].insert_one(
        {"_id": new_id(), "title": None, "text": "x", "level": "beginner", "language": "en", "isPublished": True}
        | {"randomKey": 0.5, **dict.fromkeys(("createdAt", "updatedAt"), now())}
    )

    summary = await place.seed()

    assert summary.already_filled
    assert "PostgreSQL holds no people" in summary.notes[0]
    assert await place.counts() == {"passages": 1}


async def test_a_reset_fills_again_and_keeps_triggers_validators_and_indexes(place: Place) -> None:
    schema = await _schema(place)
    await place.seed(Size.S)
    summary = await place.seed(reset=True)

    assert not summary.already_filled
    assert summary.counts == await place.counts()
    assert await place.handles.mongo.list_collection_names(filter={"name": "seeding"}) == []
    for table in ("credit_entries", "audit_entries"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await place.handles.postgres.execute(f"DELETE FROM {table}")
    assert await _schema(place) == schema


async def _schema(place: Place) -> set[str]:
    async with place.handles.engine.connect() as connection:
        return await connection.run_sync(postgres_facts) | await mongo_facts(place.handles.mongo)


@pytest.mark.parametrize("is_reset", [False, True])
async def test_a_seeding_that_is_killed_looks_empty_and_the_next_one_fills(place: Place, *, is_reset: bool) -> None:
    if is_reset:
        await place.seed(seed_=7)
    await _seed_and_kill(place, is_reset=is_reset)

    left = await place.counts()
    assert "users" not in left
    assert left["purchases"] > 0

    summary = await place.seed()

    assert not summary.already_filled
    assert summary.counts == await place.counts()
    assert await violations(place, credit_value=CREDIT_VALUE) == {}


async def _seed_and_kill(place: Place, *, is_reset: bool) -> None:
    """Start a seeding in a process of its own, and kill it with half a world written."""
    assert place.settings.database_url
    assert place.settings.mongo_uri
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.gateway.seeding_child",
        place.settings.database_url.get_secret_value(),
        place.settings.mongo_uri.get_secret_value(),
        place.settings.mongo_db,
        *(["--reset"] if is_reset else []),
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdout is not None
    while (line := await asyncio.wait_for(child.stdout.readline(), 60)) and not line.startswith(b"Filling half"):
        pass
    assert line
    child.kill()
    await child.wait()


@pytest.mark.parametrize(("currency", "worth", "unit"), [("EUR", "7.35", "0.01"), ("JPY", "100", "1")])
async def test_a_currency_and_what_a_credit_is_worth_are_the_settings(
    place: Place, currency: str, worth: str, unit: str
) -> None:
    update = {"default_currency": currency, "credit_value": {currency: Decimal(worth)}, "referral_credits": 5}
    other = Place(place.handles, place.settings.model_copy(update=update))

    await other.seed(Size.S)

    assert await violations(other, credit_value=Decimal(worth)) == {}
    currencies = await place.handles.postgres.fetch("SELECT DISTINCT currency FROM orders")
    assert [row[0] for row in currencies] == [currency]
    odd = f"SELECT count(*) FROM order_items WHERE price % {unit} + discount_share % {unit} + credit_share % {unit} > 0"
    assert await place.handles.postgres.fetchval(odd) == 0
