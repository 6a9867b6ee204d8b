"""Figures about the process in Prometheus' format, for administrators, or in development for all."""

import json
from collections.abc import Iterable
from math import nan

from prometheus_client import (
    CollectorRegistry,
    Gauge,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from gateway.engine.engine import Engine
from gateway.requests import viewer_from
from models.identity import Role
from resolvers.consistency import NewestReport
from resolvers.context import Handles
from resolvers.invariants import INVARIANTS
from resolvers.messages import Waiting, waiting
from resolvers.refusals import NotSignedIn, StoreUnavailable
from resolvers.stores import Row


class EngineFigures(Collector):
    """How often the engine answered, why it did not, and how much it keeps."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def collect(self) -> Iterable[Metric]:
        outcomes = CounterMetricFamily(
            "gateway_engine_operations", "Operations by outcome: compiled, or why not.", labels=["outcome"]
        )
        for outcome, count in self.engine.outcomes.items():
            outcomes.add_metric([outcome], count)
        yield outcomes
        operations = self.engine.operations
        yield GaugeMetricFamily("gateway_engine_known_operations", "Operations that are kept.", operations.count)
        yield GaugeMetricFamily(
            "gateway_engine_kept_bytes", "What the operations that are kept take, about.", operations.size
        )


class OutboxFigures:
    """What the book has decided and MongoDB does not show yet, of all processes together; no number while PostgreSQL is
    away.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.messages = Gauge("gateway_outbox_messages", "Messages that are not delivered.", registry=registry)
        self.seconds = Gauge(
            "gateway_outbox_oldest_seconds", "For how long the oldest of them has waited.", registry=registry
        )

    async def read(self, handles: Handles) -> None:
        try:
            found = await waiting(handles)
        except StoreUnavailable:
            found = Waiting(nan, nan)
        self.messages.set(found.messages)
        self.seconds.set(found.seconds)


class ConsistencyFigures(Collector):
    """What the last check of both books came to, by whichever process it was done."""

    def __init__(self) -> None:
        self.report: Row | None = None

    async def read(self, handles: Handles) -> None:
        try:
            self.report = await NewestReport.load(handles, ("finished_at", "violations"))
        except StoreUnavailable:
            self.report = None

    def collect(self) -> Iterable[Metric]:
        if self.report is None:
            return
        # asyncpg gives JSON as text.
        counts = {each["invariant"]: each["count"] for each in json.loads(self.report["violations"])}
        violations = GaugeMetricFamily(
            "gateway_consistency_violations", "Ids that break an invariant, at the last check.", labels=["invariant"]
        )
        for invariant in INVARIANTS:
            violations.add_metric([invariant.name], counts.get(invariant.name, 0))
        yield violations
        yield GaugeMetricFamily(
            "gateway_consistency_checked_timestamp_seconds",
            "When the last check of both books ended.",
            self.report["finished_at"].timestamp(),
        )


class Metrics:
    """Answers `/metrics` for one worker process."""

    def __init__(self, engine: Engine | None, *, tells_all: bool) -> None:
        self.registry, self.tells_all = CollectorRegistry(), tells_all
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self.outbox = OutboxFigures(self.registry)
        self.consistency = ConsistencyFigures()
        self.registry.register(self.consistency)
        if engine is not None:
            self.registry.register(EngineFigures(engine))

    async def respond(self, request: Request) -> Response:
        if not self.tells_all and not await is_admin(request):
            return Response(status_code=403)
        await self.outbox.read(request.state.handles)
        await self.consistency.read(request.state.handles)
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)


async def is_admin(request: Request) -> bool:
    try:
        viewer = await viewer_from(request.state.handles, dict(request.headers.raw))
    except NotSignedIn:
        return False
    return viewer.role is Role.ADMIN
