"""The demo's data made rough: what nothing forbids and every old database has, such as documents that point at
nothing, lack what may be lacking, or say things twice.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

import asyncpg
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.seeding import Size, seed
from gateway.settings import Settings
from models import identity
from models.identity import Role
from resolvers.context import Handles
from resolvers.viewer import ANONYMOUS, Viewer

NOTHING = UUID("0190b6a0-0000-7000-8000-000000000001")
"""An id that no row has."""
AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
LONG = timedelta(days=60)

NULLABLE = """
SELECT columns.table_name, columns.column_name FROM information_schema.columns
JOIN information_schema.tables USING (table_schema, table_name)
WHERE table_schema = 'public' AND is_nullable = 'YES' AND table_type = 'BASE TABLE' AND table_name <> 'alembic_version'
ORDER BY 1, 2
"""
CHECKED = """
INSERT INTO consistency_reports (id, started_at, finished_at, checked, violations, skipped)
VALUES ('0190b6a0-0000-7000-8000-000000000002', '2026-05-01', '2026-05-01', 3,
    '[{"invariant": "a-rule", "says": "A rule.", "count": 1, "isMore": false, "ids": ["x"]}]', '[]')
"""


async def made_rough(handles: Handles, settings: Settings) -> dict[str, Viewer]:
    """Fills empty databases, the same each time, and returns who looks at them."""
    await seed(handles, settings, size=Size.DEMO, seed=42, reset=False, progress=lambda *_: None)
    found = await viewers(handles)
    for person in (found["buyer"].person, found["other"].person, found["admin"].person):
        await with_devices(handles, person)
    await with_nulls(handles)
    await handles.postgres.execute(CHECKED)
    await with_rough_documents(handles, found["buyer"].person, found["other"].person)
    return found


async def viewers(handles: Handles) -> dict[str, Viewer]:
    fetch = handles.postgres.fetch
    admin = (await fetch("SELECT id FROM users WHERE role = 'ADMIN' ORDER BY id LIMIT 1"))[0][0]
    analyst = (await fetch("SELECT id FROM users WHERE role = 'ANALYST' ORDER BY id LIMIT 1"))[0][0]
    buyers = await fetch(
        "SELECT user_id FROM orders JOIN natal_data USING (user_id) GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 2"
    )
    buyer, second = (row[0] for row in buyers)
    return {
        "nobody": ANONYMOUS,
        "buyer": Viewer(buyer, Role.USER),
        "other": Viewer(second, Role.USER),
        "analyst": Viewer(analyst, Role.ANALYST),
        "admin": Viewer(admin, Role.ADMIN),
        "narrow": Viewer(admin, Role.USER),
        "buying analyst": Viewer(buyer, Role.ANALYST),
    }


async def with_devices(handles: Handles, person: UUID) -> None:
    """What only a running service makes: sessions, accounts and keys of a person."""
    for number in range(4):
        token = sha256(f"{person} {number}".encode()).digest()
        facts: dict[str, Any] = {
            "id": uuid5(person, str(number)),
            "user_id": person,
            "created_at": AT + timedelta(hours=number),
        }
        rows: list[SQLModel] = [
            identity.Session(
                **facts, token_hash=token, device_name=f"Phone {number}", last_seen_at=AT, expires_at=AT + LONG
            ),
            identity.Account(**facts, type="oidc", provider=f"google{number}", provider_account_id=f"{person}"),
            identity.ApiKey(**facts, name=f"Key {number}", token_hash=token, revoked_at=AT if number else None),
        ]
        async with AsyncSession(handles.engine) as session, session.begin():
            session.add_all(rows)


async def with_nulls(handles: Handles) -> None:
    """A null in every column that may have one, as far as no rule forbids it, in the middle one of its rows."""
    for table, column in await handles.postgres.fetch(NULLABLE):
        statement = (
            f'UPDATE {table} SET "{column}" = NULL WHERE id = '
            f"(SELECT id FROM {table} ORDER BY id OFFSET (SELECT count(*) / 2 FROM {table}) LIMIT 1)"
        )
        try:
            await handles.postgres.execute(statement)
        except asyncpg.PostgresError:
            # A rule of the table or a trigger says that this row must have it.
            continue


async def with_rough_documents(handles: Handles, buyer: UUID, second: UUID) -> None:
    mongo = handles.mongo
    await optional_left_out(handles)
    courses = [row[0] for row in await handles.postgres.fetch("SELECT id FROM courses ORDER BY id")]
    await handles.postgres.execute("UPDATE courses SET is_published = false WHERE id = $1", courses[1])
    member = await mongo["members"].find_one({"_id": buyer}) or {}
    owned = [*member["purchasedCourses"], *courses[:3], NOTHING, *courses[:2]]
    await mongo["members"].update_one({"_id": buyer}, {"$set": {"purchasedCourses": owned}})
    await mongo["members"].update_one({"_id": second}, {"$set": {"purchasedTests": [NOTHING], "referredBy": NOTHING}})
    for name in ("products", "typing_tests"):
        sold = await mongo[name].find().sort("_id", 1).to_list()
        await mongo[name].delete_one({"_id": sold[0]["_id"]})
        await mongo[name].update_one({"_id": sold[1]["_id"]}, {"$set": {"isPublished": False}})
    await one_advanced_passage(handles)
    # Every kind of document once more, which points at nothing.
    pointing: Mapping[str, Mapping[str, Any]] = {
        "purchases": {"orderId": NOTHING, "orderItemId": NOTHING, "itemId": NOTHING},
        "referrals": {"referredUserId": NOTHING},
        "test_results": {"testId": NOTHING, "passageId": NOTHING},
    }
    for name, changes in pointing.items():
        document = await mongo[name].find_one({"$or": [{"userId": buyer}, {"referrerId": buyer}]}, sort=[("_id", 1)])
        if document is not None:
            copied = document | dict(changes) | {"_id": uuid5(NOTHING, name)}
            await mongo[name].insert_one(copied, bypass_document_validation=True)
    orphan = await mongo["purchases"].find_one({}, sort=[("_id", -1)]) or {}
    orphan |= {"_id": uuid5(NOTHING, "orphan"), "userId": NOTHING, "orderItemId": uuid5(NOTHING, "item")}
    await mongo["purchases"].insert_one(orphan, bypass_document_validation=True)
    logs = await mongo["keystroke_logs"].find().sort("_id", 1).to_list()
    await mongo["keystroke_logs"].delete_one({"_id": logs[0]["_id"]})
    await mongo["keystroke_logs"].update_one({"_id": logs[1]["_id"]}, {"$set": {"keystrokes": []}})


async def optional_left_out(handles: Handles) -> None:
    """Takes away, in every second document, what a document of its kind need not have."""
    for name in ("products", "passages", "members", "referrals", "purchases"):
        options = (await handles.mongo[name].options()).get("validator", {}).get("$jsonSchema", {})
        optional = sorted(set(options.get("properties", {})) - set(options.get("required", ())))
        ids = [each["_id"] async for each in handles.mongo[name].find({}, {"_id": 1}).sort("_id", 1)]
        if optional:
            await handles.mongo[name].update_many({"_id": {"$in": ids[::2]}}, {"$unset": dict.fromkeys(optional, "")})


async def one_advanced_passage(handles: Handles) -> None:
    """Leaves one text of one level, so that whoever draws a text of this level draws it."""
    found = [each["_id"] async for each in handles.mongo["passages"].find({}, {"_id": 1}).sort("_id", 1)]
    await handles.mongo["passages"].update_many({}, {"$set": {"level": "beginner"}})
    advanced = {"level": "advanced", "isPublished": True}
    await handles.mongo["passages"].update_one({"_id": found[0]}, {"$set": advanced})
    await handles.mongo["passages"].update_one({"_id": found[1]}, {"$set": {"isPublished": False}})
    await handles.mongo["passages"].delete_one({"_id": found[2]})
