"""Models and migrations say the same, and it would be noticed if they did not."""

from typing import Any

import pytest
from pymongo import ASCENDING, IndexModel
from sqlalchemy import CheckConstraint, Column, Integer
from sqlmodel import SQLModel

from migrations.drift import compare, differences, mongo_facts, postgres_facts
from migrations.postgres import runner as postgres
from models import catalog, orders
from models.columns import choice
from tests.migrations.conftest import Place


async def test_models_and_migrations_say_the_same(postgres_url: str, mongo_uri: str) -> None:
    assert await differences(postgres_url, mongo_uri) == []


CHANGES_OF_THE_SCHEMA = [
    "ALTER TABLE users DROP COLUMN image",
    "ALTER TABLE users ALTER COLUMN name SET NOT NULL",
    "ALTER TABLE users ALTER COLUMN role DROP DEFAULT",
    "ALTER TABLE orders ALTER COLUMN amount TYPE numeric(12, 2)",
    "ALTER TABLE orders ALTER COLUMN waits_until TYPE timestamptz(6)",
    "ALTER TABLE credit_accounts DROP CONSTRAINT ck_credit_accounts_balance",
    "ALTER TABLE orders DROP CONSTRAINT uq_orders_number",
    "ALTER TABLE sessions DROP CONSTRAINT fk_sessions_user_id",
    "ALTER TYPE order_status ADD VALUE 'lost'",
    "ALTER TYPE order_status RENAME VALUE 'pending' TO 'waiting'",
    "DROP INDEX uq_orders_first_purchase",
    "DROP INDEX ix_users_created_at_id",
    "DROP TRIGGER credit_entries_append_only ON credit_entries",
    "ALTER TABLE credit_entries DISABLE TRIGGER credit_entries_append_only",
    "DROP TABLE experiments",
    "CREATE TABLE experiments_2 (id int)",
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
]

CHANGES_OF_COLLECTIONS: list[dict[str, Any]] = [
    {"dropIndexes": "purchases", "index": "orderItemId_1"},
    {"createIndexes": "purchases", "indexes": [{"key": {"discount": 1}, "name": "discount_1"}]},
    {"collMod": "members", "validator": {}},
    {"collMod": "members", "validationAction": "warn"},
    {"collMod": "referrals", "validator": {"$jsonSchema": {"required": ["referrerId"]}}},
    {"drop": "passages"},
    {"create": "more"},
]


async def test_every_change_of_the_schema_is_noticed(place: Place) -> None:
    unnoticed = []
    async with postgres.connect(place.url) as connection:
        await connection.run_sync(postgres.upgrade, applied=lambda _: None)
        before = await connection.run_sync(postgres_facts)
        for change in CHANGES_OF_THE_SCHEMA:
            await connection.exec_driver_sql(change)
            after = await connection.run_sync(postgres_facts)
            await connection.rollback()
            if compare("PostgreSQL", declared=before, migrated=after) == []:
                unnoticed.append(change)

    assert unnoticed == []


async def test_every_change_of_a_collection_is_noticed(place: Place) -> None:
    unnoticed = []
    await place.migrate()
    for change in CHANGES_OF_COLLECTIONS:
        before = await mongo_facts(place.documents)
        await place.documents.command(change)
        if compare("MongoDB", declared=before, migrated=await mongo_facts(place.documents)) == []:
            unnoticed.append(change)

    assert unnoticed == []


async def test_a_column_that_no_migration_makes_is_named(postgres_url: str, mongo_uri: str) -> None:
    table = SQLModel.metadata.tables["experiments"]
    column: Column[int] = Column("winner", Integer)
    table.append_column(column)
    try:
        found = await differences(postgres_url, mongo_uri)
    finally:
        table._columns.remove(column)

    assert found == ["PostgreSQL: only the models have column experiments.winner integer"]


async def test_a_check_that_no_model_declares_is_named(postgres_url: str, mongo_uri: str) -> None:
    table = SQLModel.metadata.tables["credit_accounts"]
    [check] = [check for check in table.constraints if check.name == "ck_credit_accounts_balance"]
    assert isinstance(check, CheckConstraint)
    table.constraints.remove(check)
    try:
        found = await differences(postgres_url, mongo_uri)
    finally:
        table.append_constraint(check)

    fact = "constraint ck_credit_accounts_balance on credit_accounts: CHECK ((balance >= 0))"
    assert found == [f"PostgreSQL: only the migrations have {fact}"]


async def test_a_value_of_an_enum_that_no_migration_makes_is_named(
    postgres_url: str, mongo_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    enum = choice(orders.Fulfilment)
    monkeypatch.setattr(
        enum, "values_callable", lambda members: [str(member.value).replace("DONE", "LOST") for member in members]
    )

    assert await differences(postgres_url, mongo_uri) == [
        "PostgreSQL: only the models have type fulfilment = NONE, PENDING, LOST",
        "PostgreSQL: only the migrations have type fulfilment = NONE, PENDING, DONE",
    ]


async def test_an_index_of_a_document_that_no_migration_makes_is_named(
    postgres_url: str, mongo_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = (*catalog.Passage.Settings.indexes, IndexModel([("language", ASCENDING)]))
    monkeypatch.setattr(catalog.Passage.Settings, "indexes", more)

    [found] = await differences(postgres_url, mongo_uri)

    assert found.startswith("MongoDB: only the models have index passages (language 1)")


async def test_a_field_of_a_document_that_no_migration_knows_is_named(
    postgres_url: str, mongo_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = dict(catalog.Passage.__pydantic_fields__)
    monkeypatch.setattr(catalog.Passage, "__pydantic_fields__", {**fields, "author": fields["title"]})
    monkeypatch.setitem(catalog.Passage.__pydantic_fields__, "author", catalog.Product.model_fields["author"])

    found = await differences(postgres_url, mongo_uri)

    assert [line for line in found if ".author" in line] == [
        'MongoDB: only the models have field passages.author: {"bsonType": ["string"]}'
    ]
