"""Charts that are kept: found by what they are computed from, or computed off the event loop and kept for a while.

However many charts an operation asks for, that takes two statements where all are kept, and a few more where not.
"""

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson

from models import charts as chart_models
from models.charts import ChartData, ChartType
from models.values import new_id, now
from resolvers.astrology import Birth, compute
from resolvers.charts import Asked, NatalDataByUser
from resolvers.context import Handles
from resolvers.loading import One
from resolvers.refusals import InvalidInput, NoBirthData, TooMany
from resolvers.sky import FIRST_YEAR, LAST_YEAR
from resolvers.sources import Columns
from resolvers.stores import Row, fetch

ChartByInputs = One(chart_models.ChartCache, "input_key")

TABLE = "chart_cache"
MOST_CHARTS = 10
MOST_KEPT = 100
SWEPT_AT_ONCE = 100
SHAPE = 1
"""What is computed and how.  With another number, what was kept until now is computed anew."""

LIFETIMES = {
    ChartType.TROPICAL: timedelta(days=365),
    ChartType.DRACONIC: timedelta(days=365),
    ChartType.SYNASTRY: timedelta(days=365),
    ChartType.SOLAR_RETURN: timedelta(days=365),
    ChartType.PROGRESSED: timedelta(days=30),
    ChartType.HORARY: timedelta(hours=1),
}
"""How long each type is kept.  None ever becomes wrong: new birth data makes another chart.  But a question is asked
once, and birth remains.
"""

KEEP = """
INSERT INTO chart_cache
    (id, user_id, first_user_id, second_user_id, chart_type, input_key, chart_data, created_at, expires_at)
SELECT * FROM unnest(
    $1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::chart_type[], $6::text[], $7::jsonb[],
    $8::timestamptz[], $9::timestamptz[])
ON CONFLICT (input_key) DO UPDATE SET
    chart_data = excluded.chart_data, created_at = excluded.created_at, expires_at = excluded.expires_at
    WHERE chart_cache.expires_at <= excluded.created_at
RETURNING input_key
"""
SWEEP = """
DELETE FROM chart_cache WHERE id IN (
    SELECT id FROM chart_cache WHERE expires_at <= now() ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED)
"""
FORGET = """
DELETE FROM chart_cache WHERE id IN (
    SELECT id FROM chart_cache WHERE user_id = $1 AND input_key IS NOT NULL
    ORDER BY created_at DESC, id DESC OFFSET $2)
"""

# The library is plain Python: a second thread would make nothing faster, and this one bounds what charts cost others.
_computing = ThreadPoolExecutor(max_workers=1, thread_name_prefix="charts")


@dataclass(frozen=True, slots=True)
class JustComputed:
    """The row of a chart that nobody had asked for before."""

    row: Row

    def __getitem__(self, column: str) -> Any:
        return self.row[column]


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that a chart is computed from."""

    asked: Asked
    birth: Birth
    other: datetime | None

    @property
    def key(self) -> str:
        """The same for the same person and the same chart.  It holds no birth data that could be read back without the
        ids of the people.
        """
        asked, birth = self.asked, self.birth
        told = [SHAPE, asked.type, str(asked.user_id), asked.at, asked.with_id and str(asked.with_id)]
        return sha256(orjson.dumps([*told, birth.at, birth.latitude, birth.longitude, self.other])).hexdigest()

    @property
    def people(self) -> tuple[UUID | None, UUID | None, UUID | None]:
        """Whose the chart is; or, where it is nobody's, whom it is about."""
        user_id, other = self.asked.user_id, self.asked.with_id
        return (user_id, None, None) if other in (None, user_id) else (None, user_id, other)

    def compute(self) -> ChartData:
        return compute(self.asked.type, self.birth, self.asked.at or self.birth.at, self.other)


@dataclass(frozen=True)
class ChartAsked:
    """The chart that somebody asks for: kept, or computed now."""

    async def load(
        self, handles: Handles, keys: Sequence[Asked], columns: Columns
    ) -> Mapping[Asked, Row | JustComputed | Exception]:
        if len(keys) > MOST_CHARTS:
            raise TooMany("charts", MOST_CHARTS)
        found = await inputs(handles, keys)
        possible = {each.key: each for each in found.values() if isinstance(each, Inputs)}
        kept = await living(handles, list(possible), columns)
        missing = [each for key, each in possible.items() if key not in kept]
        new = await computed(handles, missing) if missing else set()
        if missing:
            kept |= await living(handles, [each.key for each in missing], columns)
        rows = {key: JustComputed(row) if key in new else row for key, row in kept.items()}
        return {
            each: rows[known.key] if isinstance(known, Inputs) else known
            for each, known in found.items()
            if not isinstance(known, Inputs) or known.key in rows
        }


async def inputs(handles: Handles, keys: Sequence[Asked]) -> dict[Asked, Inputs | Exception]:
    """What each chart is computed from, or why there can be none."""
    people = list({person for each in keys for person in (each.user_id, each.with_id) if person is not None})
    natal = await NatalDataByUser.load(handles, people, ("birth_date", "latitude", "longitude", "user_id"))
    return {each: inputs_of(each, natal) for each in keys}


def inputs_of(asked: Asked, natal: Mapping[UUID, Row]) -> Inputs | Exception:
    own = natal.get(asked.user_id)
    if own is None or own["latitude"] is None or own["longitude"] is None:
        return NoBirthData(of_other=False)
    born, other = own["birth_date"], None
    if asked.with_id is not None:
        if asked.with_id not in natal:
            return NoBirthData(of_other=True)
        other = natal[asked.with_id]["birth_date"]
    if not all(FIRST_YEAR <= each.year <= LAST_YEAR for each in (born, other or born)):
        return NoBirthData(of_other=FIRST_YEAR <= born.year <= LAST_YEAR)
    if asked.type is ChartType.PROGRESSED and asked.at is not None and asked.at < born:
        return InvalidInput(("at",), "'at' is before birth, and a progression is of a time in life.")
    return Inputs(asked, Birth(born, own["latitude"], own["longitude"]), other)


async def living(handles: Handles, keys: Sequence[str], columns: Columns) -> dict[str, Row]:
    """The charts that are kept and have not expired, by their inputs."""
    if not keys:
        return {}
    rows = await ChartByInputs.load(handles, keys, tuple(sorted({*columns, "expires_at", "input_key"})))
    moment = now()
    return {key: row for key, row in rows.items() if row["expires_at"] > moment}


async def computed(handles: Handles, missing: Sequence[Inputs]) -> set[str]:
    """Computes these charts and keeps them; answers the keys of those that nobody else kept meanwhile."""
    loop = asyncio.get_running_loop()
    made = [(each, await loop.run_in_executor(_computing, each.compute)) for each in missing]
    kept = await fetch(handles, TABLE, KEEP, *zip(*sorted(records(made), key=by_key), strict=True))
    await fetch(handles, TABLE, SWEEP, SWEPT_AT_ONCE)
    for user_id in {each.people[0] for each in missing} - {None}:
        await fetch(handles, TABLE, FORGET, user_id, MOST_KEPT)
    return {row["input_key"] for row in kept}


def records(made: Sequence[tuple[Inputs, ChartData]]) -> list[tuple[Any, ...]]:
    moment = now()
    return [
        (
            new_id(),
            *each.people,
            each.asked.type,
            each.key,
            data.model_dump_json(),
            moment,
            moment + LIFETIMES[each.asked.type],
        )
        for each, data in made
    ]


def by_key(record: tuple[Any, ...]) -> str:
    """Who keeps several charts keeps them in one order, so that two who keep the same never wait for each other."""
    key: str = record[5]
    return key
