"""Whether migrations and models say the same, asked of the databases themselves: each is built by the one and by the
other in scratch databases, and what the servers then know of them is compared.
"""

import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection
from sqlmodel import SQLModel

from migrations.mongo import runner as mongo_runner
from migrations.mongo.collections import Database, ensure_collection, ensure_time_series
from migrations.mongo.runner import Mongo
from migrations.postgres import runner as postgres
from models import DOCUMENTS
from models.validators import collection_name, indexes, time_series, validator

_CATALOG = """
    SELECT 'table ' || c.relname
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
    UNION ALL
    SELECT format('type %s = %s', t.typname, string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder))
    FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid
    WHERE t.typnamespace = 'public'::regnamespace GROUP BY t.typname
    UNION ALL
    SELECT format('column %s.%s %s%s%s%s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
        ' collate ' || l.collname,
        CASE WHEN a.attnotnull THEN ' not null' END, ' default ' || pg_get_expr(d.adbin, d.adrelid),
        concat(a.attidentity, a.attgenerated))
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    LEFT JOIN pg_collation l ON l.oid = a.attcollation AND l.collname <> 'default'
    WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT format('constraint %s on %s: %s%s', conname, conrelid::regclass, pg_get_constraintdef(oid),
        CASE WHEN NOT convalidated THEN ' not valid' END)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
    UNION ALL
    SELECT 'index ' || pg_get_indexdef(i.indexrelid) || CASE WHEN i.indisvalid THEN '' ELSE ' invalid' END
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = 'public'::regnamespace
    UNION ALL
    SELECT format('trigger %s%s', pg_get_triggerdef(g.oid), CASE WHEN g.tgenabled <> 'O' THEN ' disabled' END)
    FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
    WHERE c.relnamespace = 'public'::regnamespace AND NOT g.tgisinternal
    UNION ALL
    SELECT format('function %s: %s', p.oid::regprocedure, regexp_replace(btrim(p.prosrc), '\\s+', ' ', 'g'))
    FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""


async def differences(
    database_url: str, mongo: Mongo | str, *, connect_args: Mapping[str, Any] | None = None
) -> list[str]:
    """What only the models or only the migrations have, one sentence each; empty when they say the same.

    The user of `database_url` must be allowed to create databases; four scratch databases are made and dropped.
    """
    return [
        *await _postgres_differences(database_url, connect_args or {}),
        *await _mongo_differences(mongo),
    ]


def postgres_facts(connection: Connection) -> set[str]:
    """Everything that the server knows of the schema, one fact each; whatever the order, they are equal when it is."""
    return {fact for fact in connection.exec_driver_sql(_CATALOG).scalars() if "alembic_version" not in fact}


async def mongo_facts(db: Database) -> set[str]:
    facts: set[str] = set()
    async for listed in await db.list_collections():
        name = listed["name"]
        if name == mongo_runner.APPLIED or name.startswith("system."):
            continue
        options: dict[str, Any] = listed["options"]
        schema = options.pop("validator", {}).get("$jsonSchema", {})
        facts.add(f"collection {name}: {listed['type']} {_canonical(options)}")
        facts |= {f"field {path}: {shape}" for path, shape in _fields(name, schema)}
        async for index in await db[name].list_indexes():
            keys = ", ".join(f"{field} {order}" for field, order in index.pop("key").items())
            facts.add(f"index {name} ({keys}): {_canonical(index)}")
    return facts


async def build_from_models(db: Database) -> None:
    for document in DOCUMENTS:
        name, declared, series = collection_name(document), indexes(document), time_series(document)
        if series is None:
            await ensure_collection(db, name, validator=validator(document), indexes=declared)
        else:
            options = {
                "timeField": series.time_field,
                "metaField": series.meta_field,
                "granularity": series.granularity,
            }
            await ensure_time_series(db, name, options=options, indexes=declared)


async def _postgres_differences(url: str, connect_args: Mapping[str, Any]) -> list[str]:
    async with _scratch(url, connect_args) as scratch, postgres.connect(url, scratch) as connection:
        await connection.run_sync(postgres.upgrade, applied=lambda _: None)
        migrated = await connection.run_sync(postgres_facts)
    async with _scratch(url, connect_args) as scratch, postgres.connect(url, scratch) as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
        declared = await connection.run_sync(postgres_facts)
    return compare("PostgreSQL", declared=declared, migrated=migrated)


async def _mongo_differences(mongo: Mongo | str) -> list[str]:
    async with mongo_runner.connect(mongo) as client:
        migrated, declared = client[_scratch_name()], client[_scratch_name()]
        try:
            for migration in mongo_runner.migrations():
                await mongo_runner.apply(migrated, migration)
            await build_from_models(declared)
            return compare("MongoDB", declared=await mongo_facts(declared), migrated=await mongo_facts(migrated))
        finally:
            await client.drop_database(migrated)
            await client.drop_database(declared)


def compare(database: str, *, declared: set[str], migrated: set[str]) -> list[str]:
    return [
        *(f"{database}: only the models have {fact}" for fact in sorted(declared - migrated)),
        *(f"{database}: only the migrations have {fact}" for fact in sorted(migrated - declared)),
    ]


@asynccontextmanager
async def _scratch(url: str, connect_args: Mapping[str, Any]) -> AsyncIterator[dict[str, Any]]:
    """The arguments of a connection to a database that exists for this block only."""
    name = _scratch_name()
    async with postgres.connect(url, connect_args) as connection:
        admin = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await admin.exec_driver_sql(f"CREATE DATABASE {name}")
        try:
            yield {**connect_args, "database": name}
        finally:
            await admin.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


def _scratch_name() -> str:
    return f"scratch_{uuid4().hex}"


def _fields(path: str, schema: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """Every field of a validator by its path, with what is demanded of it."""
    parts = {name: schema[name] for name in ("properties", "items") if name in schema}
    own = {name: value for name, value in schema.items() if name not in parts}
    yield path, _canonical(own)
    for name, shape in parts.get("properties", {}).items():
        yield from _fields(f"{path}.{name}", shape)
    if "items" in parts:
        yield from _fields(f"{path}[]", parts["items"])


def _canonical(value: Mapping[str, Any]) -> str:
    sets = {name: sorted(part, key=str) if isinstance(part, list) else part for name, part in value.items()}
    return json.dumps(sets, sort_keys=True, default=str)
