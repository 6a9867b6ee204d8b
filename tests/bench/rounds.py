"""The measuring itself: everybody in turn, several rounds, so that what disturbs the machine disturbs all alike."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from tests.bench.answers import compare, payload
from tests.bench.contestants import CONTESTANTS, REFERENCE
from tests.bench.cores import cpu_seconds
from tests.bench.load import Outcome
from tests.bench.operations import OPERATIONS, Operation, Request
from tests.bench.place import Place
from tests.bench.samples import Samples
from tests.bench.servers import ContestantFailed, Running, on_cores, serving

LOAD = Path(__file__).parent / "load.py"
REQUESTS = 2_000
COMPARED = 25
USUAL_CONNECTIONS = 32
Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """`extra_connections` are tried beside the usual number, with the operations that they are tried with."""

    operations: Sequence[str]
    contestants: Sequence[str]
    rounds: int
    seconds: float
    warm_up_seconds: float
    connections: int = USUAL_CONNECTIONS
    extra_connections: Sequence[int] = ()
    with_extra_connections: Sequence[str] = ("point", "mine")

    def cases(self) -> Iterator[tuple[Operation, int]]:
        for name in self.operations:
            extra = self.extra_connections if name in self.with_extra_connections else ()
            for connections in (self.connections, *extra):
                yield OPERATIONS[name], connections


@dataclass(frozen=True)
class Measurement:
    """One turn of one contestant.  `per_second` is of what was answered well.  CPU is in seconds, that of the databases
    is of both together; what is busy is a part of one core.
    """

    operation: str
    contestant: str
    connections: int
    requests: int
    failures: int
    per_second: float
    p50: float
    p99: float
    server_cpu: float
    databases_cpu: float
    server_busy: float
    load_busy: float


def bench(plan: Plan, place: Place, say: Say) -> list[Measurement]:
    """All turns of all rounds.  Raises AnswersDiffer before anything is timed."""
    samples = place.samples()
    names = list(dict.fromkeys((REFERENCE, *plan.contestants)))
    with serving([CONTESTANTS[name] for name in names], place.settings, place.cores.server) as running:
        for name in plan.operations:
            others = [running[each] for each in names[1:] if name in CONTESTANTS[each].answers]
            compare(running[REFERENCE], others, OPERATIONS[name], OPERATIONS[name].requests(samples, COMPARED))
            say(f"{name}: {', '.join(each.contestant.name for each in others)} answer as {REFERENCE} does.")
        measured: list[Measurement] = []
        for operation, connections in plan.cases():
            there = [running[name] for name in plan.contestants if operation.name in CONTESTANTS[name].answers]
            measured += turns(plan, place, samples, operation, connections, there, say)
        return measured


def turns(
    plan: Plan,
    place: Place,
    samples: Samples,
    operation: Operation,
    connections: int,
    there: Sequence[Running],
    say: Say,
) -> Iterator[Measurement]:
    requests = operation.requests(samples, REQUESTS)
    for running in there:
        asked(place, running, operation, requests, connections, plan.warm_up_seconds)
    for number, running in product(range(plan.rounds), there):
        one = measure(place, running, operation, requests, connections, plan.seconds)
        failed = f", {one.failures} failed" if one.failures else ""
        say(
            f"{operation.name}, {connections} connections, round {number + 1}: {running.contestant.name}"
            f" {one.per_second:,.0f}/s{failed}, p99 {one.p99 * 1000:.1f} ms, server {one.server_busy:.0%} busy"
        )
        yield one


def measure(
    place: Place,
    running: Running,
    operation: Operation,
    requests: Sequence[Request],
    connections: int,
    seconds: float,
) -> Measurement:
    server, databases = cpu_seconds(running.pid), cpu_seconds(*place.databases)
    outcome = asked(place, running, operation, requests, connections, seconds)
    server, databases = cpu_seconds(running.pid) - server, cpu_seconds(*place.databases) - databases
    return Measurement(
        operation=operation.name,
        contestant=running.contestant.name,
        connections=connections,
        requests=outcome.requests,
        failures=outcome.failures,
        per_second=(outcome.requests - outcome.failures) / outcome.seconds,
        p50=outcome.p50,
        p99=outcome.p99,
        server_cpu=server / outcome.requests,
        databases_cpu=databases / outcome.requests,
        server_busy=server / outcome.seconds,
        load_busy=outcome.cpu_seconds / outcome.seconds,
    )


def asked(
    place: Place,
    running: Running,
    operation: Operation,
    requests: Sequence[Request],
    connections: int,
    seconds: float,
) -> Outcome:
    """What the load saw.  Raises ContestantFailed where nothing was answered well."""
    sent = [(request.token, payload(running, operation, request).decode()) for request in requests]
    outcome = loaded(place, running.port, sent, connections, seconds)
    if outcome.failures == outcome.requests:
        name = running.contestant.name
        raise ContestantFailed(f"{name} failed whenever it was asked for {operation.name}: {outcome.failed_with}")
    return outcome


def loaded(place: Place, port: int, sent: Sequence[tuple[str, str]], connections: int, seconds: float) -> Outcome:
    job = {"port": port, "requests": sent, "connections": connections, "seconds": seconds}
    with on_cores(place.cores.others):
        done = subprocess.run(
            [sys.executable, "-I", LOAD], input=json.dumps(job).encode(), stdout=subprocess.PIPE, check=True
        )
    return Outcome(**json.loads(done.stdout))
