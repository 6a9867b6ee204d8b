"""Figures about the process in Prometheus' format, for administrators, or in development for all."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from gateway.engine.engine import Engine
from gateway.requests import viewer_from
from models.identity import Role
from resolvers.refusals import NotSignedIn


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


class Metrics:
    """Answers `/metrics` for one worker process."""

    def __init__(self, engine: Engine | None, *, tells_all: bool) -> None:
        self.registry, self.tells_all = CollectorRegistry(), tells_all
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        if engine is not None:
            self.registry.register(EngineFigures(engine))

    async def respond(self, request: Request) -> Response:
        if not self.tells_all and not await is_admin(request):
            return Response(status_code=403)
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)


async def is_admin(request: Request) -> bool:
    try:
        viewer = await viewer_from(request.state.handles, dict(request.headers.raw))
    except NotSignedIn:
        return False
    return viewer.role is Role.ADMIN
