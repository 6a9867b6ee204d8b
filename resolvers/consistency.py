"""Reports of background checks: writing one down, and the latest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue
from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from models.consistency import ConsistencyReport
from resolvers.context import Handles
from resolvers.invariants.verifying import Report
from resolvers.loading import One, Pages, order_of
from resolvers.sources import Columns, Window
from resolvers.stores import Row, fetch
from resolvers.transactions import transaction

SHOWN_IDS = 20
KEPT_REPORTS = 500

ReportById = One(ConsistencyReport)
Reports = Pages(ConsistencyReport, order=("-finished_at", "-id"))

AGE = "SELECT extract(epoch FROM now() - max(finished_at))::float AS seconds FROM consistency_reports"


@dataclass(frozen=True)
class Newest:
    """The first of the rows that pages have, in their own order."""

    pages: Pages

    async def load(self, handles: Handles, columns: Columns) -> Row | None:
        window = Window(limit=1, order=order_of(self.pages.model, *self.pages.order))
        rows: Sequence[Row] = await self.pages.source.window(handles, columns, window)
        return rows[0] if rows else None


NewestReport = Newest(Reports)


async def seconds_since_last(handles: Handles) -> float | None:
    """How long ago the last check ended; None where there was none."""
    (row,) = await fetch(handles, "consistency_reports", AGE)
    seconds: float | None = row["seconds"]
    return seconds


async def note(handles: Handles, report: Report) -> None:
    """Writes a report down, and forgets those of long ago."""
    violations: list[Mapping[str, JsonValue]] = [
        {
            "invariant": found.invariant.name,
            "says": found.invariant.says,
            "count": len(found.ids),
            "isMore": found.is_more,
            "ids": list(found.ids[:SHOWN_IDS]),
        }
        for found in report.findings
        if found.ids
    ]
    skipped: list[Mapping[str, JsonValue]] = [
        {"invariant": found.invariant.name, "reason": found.skipped}
        for found in report.findings
        if found.skipped is not None
    ]
    checked = len(report.findings) - len(skipped)
    kept = (
        select(col(ConsistencyReport.id))
        .order_by(col(ConsistencyReport.finished_at).desc(), col(ConsistencyReport.id).desc())
        .limit(KEPT_REPORTS)
    )
    async with transaction(handles) as session:
        await session.exec(
            insert(ConsistencyReport).values(
                started_at=report.started_at,
                finished_at=func.greatest(report.finished_at, report.started_at),
                checked=checked,
                violations=violations,
                skipped=skipped,
            )
        )
        await session.exec(delete(ConsistencyReport).where(col(ConsistencyReport.id).not_in(kept)))
