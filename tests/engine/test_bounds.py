"""What compiling costs is bounded: the cache by its size, the source by the length of the document."""

import gc
import itertools
import time
import tracemalloc
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from gateway.engine.operations import Operation, Operations
from models.identity import Role
from resolvers.viewer import Viewer
from schema.build import build
from schema.ids import global_id
from tests.engine.executors import Executors
from tests.engine.test_source import programs
from tests.schema.test_joined_query import JOINED
from tests.world import World

ROOM = 1_000_000
FLOOD = 300
SELECTION = JOINED[JOINED.index("{") : JOINED.rindex("}")].strip("{ \n")
VARIABLES = {"orders": 3, "referrals": 2}
ALL_CONDITIONS = 6


@pytest.fixture
async def executors(world: World) -> Executors:
    admin = await world.person(Role.ADMIN)
    return Executors(build(), world.handles, {"admin": Viewer(admin.id, Role.ADMIN)})


async def compiled(executors: Executors, query: str, variables: dict[str, Any]) -> None:
    _, outcome = await executors.compiled(query, None, variables, executors.viewers["admin"])
    assert outcome == "compiled"


def held(operations: Operations) -> int:
    """How many characters of text and source are kept, which is less than they take."""
    total = 0
    for (query, _), known in operations._known.items():
        total += len(query)
        if isinstance(known, Operation):
            total += sum(len(getattr(each, "source", "")) for each in known.programs.values())
    return total


async def test_a_flood_of_operations_takes_no_more_than_the_room_there_is(executors: Executors) -> None:
    executors.engine.operations = operations = Operations(executors.schema, ROOM)
    most = 0
    for number in range(FLOOD):
        await compiled(executors, f"{{ a{number}: courses(first: 2) {{ nodes {{ title price {{ amount }} }} }} }}", {})
        assert held(operations) <= operations.size <= ROOM
        most = max(most, len(operations._known))

    assert 1 < most < FLOOD
    (newest,) = itertools.islice(reversed(operations._known), 1)
    assert f"a{FLOOD - 1}:" in newest[0]


async def test_memory_stays_where_it_is_once_the_room_is_taken(executors: Executors) -> None:
    executors.engine.operations = Operations(executors.schema, ROOM)
    used = []
    tracemalloc.start()
    for turn in range(3):
        for number in range(40):
            name = f"a{turn}x{number}"
            await compiled(executors, f"{{ {name}: courses(first: 2) {{ nodes {{ title price {{ amount }} }} }} }}", {})
        gc.collect()
        used.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()

    assert used[2] - used[1] < ROOM / 4


async def test_invalid_operations_take_no_more_than_the_room_either(executors: Executors) -> None:
    executors.engine.operations = operations = Operations(executors.schema, ROOM)
    for number in range(FLOOD):
        query = f'{{ nothing{number}(text: "{"x" * 1000}") }}'
        _, outcome = await executors.compiled(query, None, {}, executors.viewers["admin"])
        assert outcome == "invalid"
        assert held(operations) <= operations.size <= ROOM


async def test_one_operation_under_many_conditions_takes_no_more_than_the_room(executors: Executors) -> None:
    executors.engine.operations = operations = Operations(executors.schema, ROOM)
    names = [f"v{number}" for number in range(ALL_CONDITIONS)]
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    fields = " ".join(f"{name}: title @include(if: ${name})" for name in names)
    query = f"query({declared}) {{ courses(first: 1) {{ nodes {{ {fields} }} }} }}"
    for values in itertools.product((True, False), repeat=ALL_CONDITIONS):
        await compiled(executors, query, dict(zip(names, values, strict=True)))
        assert held(operations) <= operations.size <= ROOM


async def test_what_is_compiled_for_a_type_when_it_is_first_asked_for_is_counted(executors: Executors) -> None:
    ids = [global_id(name, UUID(int=1)) for name in ("User", "Order", "Course", "Product", "Member", "Purchase")]
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Purchasable { title price { amount } } } }"

    await compiled(executors, query, {"ids": ids})

    kept = len(query) + sum(len(program.source) for program in programs(executors))
    assert executors.engine.operations.size >= kept


async def test_an_operation_that_is_larger_than_the_room_is_answered_and_not_kept(executors: Executors) -> None:
    executors.engine.operations = operations = Operations(executors.schema, 100)

    for _ in range(3):
        await compiled(executors, "{ courses(first: 2) { nodes { title price { amount } } } }", {})

    assert held(operations) <= operations.size <= 100


async def test_the_source_grows_as_the_document_does(
    executors: Executors, record_property: Callable[[str, object], None]
) -> None:
    lengths, seconds = [], []
    for count in (1, 2, 4):
        parts = " ".join(SELECTION.replace("orders(", f"part{number}: orders(", 1) for number in range(count))
        query = f"query($orders: Int!, $referrals: Int!, $after: String) {{ {parts} }}"
        executors.engine.operations = Operations(executors.schema)
        started = time.perf_counter()
        await compiled(executors, query, VARIABLES)
        seconds.append(round(time.perf_counter() - started, 4))
        lengths.append(sum(len(program.source) for program in programs(executors)))
    record_property("seconds", seconds)

    once, twice, four_times = lengths
    assert twice - once == pytest.approx(once, rel=0.1)
    assert four_times - twice == pytest.approx(2 * (twice - once), rel=0.1)
