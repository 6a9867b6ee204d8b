"""What is measured answers alike: the Python contestants, on real databases, for every operation.  Those that need Node
are compared by `make bench` itself, before it times anybody.
"""

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

import pytest

from tests.bench.answers import AnswersDiffer, compare
from tests.bench.contestants import CONTESTANTS, REFERENCE
from tests.bench.load import Outcome
from tests.bench.operations import OPERATIONS, POINT, Operation, body
from tests.bench.rounds import LOAD
from tests.bench.samples import Samples, drawn
from tests.bench.servers import Running, serving
from tests.gateway.seeding_place import new_place

PYTHON = [contestant for contestant in CONTESTANTS.values() if not contestant.needs_node]
ASKED = 8
FEW = 3
CONNECTIONS = 4


@dataclass(frozen=True)
class Field:
    """All Python contestants at work, and what they can be asked for."""

    running: dict[str, Running]
    samples: Samples

    @property
    def others(self) -> Sequence[Running]:
        return [each for name, each in self.running.items() if name != REFERENCE]


@pytest.fixture(scope="module")
async def field(postgres_url: str, mongo_uri: str) -> AsyncIterator[Field]:
    async with new_place(postgres_url, mongo_uri) as place:
        await place.seed()
        samples = await drawn(place.handles, place.settings)
        with serving(PYTHON, place.settings) as running:
            yield Field(running, samples)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=list(OPERATIONS))
def test_all_python_contestants_answer_as_the_gateway_does(field: Field, operation: Operation) -> None:
    requests = operation.requests(field.samples, ASKED) + operation.requests(field.samples, ASKED, size=FEW)

    answers = compare(field.running[REFERENCE], field.others, operation, requests)

    assert len(answers) == 2 * ASKED
    assert len({json.dumps(answer, default=str) for answer in answers}) > 1, "Every request has the same answer."


def test_a_contestant_that_answers_otherwise_is_told(field: Field) -> None:
    shorter = replace(OPERATIONS["point"], document=POINT.replace("slug ", ""))

    with pytest.raises(AnswersDiffer, match="bare answers point with"):
        compare(field.running[REFERENCE], [field.running["bare"]], shorter, shorter.requests(field.samples, 1))


@pytest.mark.parametrize("name", [contestant.name for contestant in PYTHON])
def test_the_load_counts_what_was_answered(field: Field, name: str) -> None:
    outcome = load(field.running[name], field.samples)

    assert outcome.requests >= CONNECTIONS
    assert (outcome.failures, outcome.failed_with) == (0, "")
    assert 0 < outcome.p50 <= outcome.p99 <= outcome.seconds


def test_the_load_counts_refusals_as_failures(field: Field) -> None:
    outcome = load(field.running[REFERENCE], replace(field.samples, people=["gws_of_nobody"]))

    assert outcome.failures == outcome.requests >= CONNECTIONS
    assert "UNAUTHENTICATED" in outcome.failed_with


def load(running: Running, samples: Samples) -> Outcome:
    operation = OPERATIONS["point"]
    requests = operation.requests(samples, ASKED)
    sent = [(request.token, body(request, operation.document).decode()) for request in requests]
    job = {"port": running.port, "requests": sent, "connections": CONNECTIONS, "seconds": 0.1}
    done = subprocess.run(
        [sys.executable, "-I", LOAD], input=json.dumps(job).encode(), stdout=subprocess.PIPE, check=True
    )
    return Outcome(**json.loads(done.stdout))
