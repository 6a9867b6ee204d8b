"""The engine answers as graphql-core does: operations over the whole schema, on data with everything that may be amiss,
for every kind of viewer.

`randomPassage` is asked for a level of which there is one text, and `chart` for charts that were computed beforehand,
so that both executors draw and find the same; nothing is left out of the comparison.
"""

from collections import Counter

import pytest

from tests.engine.executors import Executors
from tests.engine.prove import LEAST_COMPILED, compared, compiled_share, summed
from tests.engine.values import Pool

SEED = 20_251_120
CHUNK = 250
MOST_SURPRISES = 3


async def agree(executors: Executors, pool: Pool, chunk: int) -> None:
    before = Counter(executors.outcomes)

    differences = await compared(executors, pool, SEED, range(chunk * CHUNK, (chunk + 1) * CHUNK), most=1)

    assert not differences, "\n\n".join(map(str, differences))
    assert not executors.masked, executors.masked[0]
    outcomes = executors.outcomes - before
    assert outcomes.total() > CHUNK
    assert compiled_share(outcomes) >= LEAST_COMPILED, f"Too few were compiled.\n{summed(outcomes)}"
    assert outcomes["surprise"] <= MOST_SURPRISES, "Only a cursor below several lists is a surprise in this data."


class TestTheEarlierHalf:
    @pytest.mark.parametrize("chunk", range(4))
    async def test_both_executors_give_the_same_answers(self, executors: Executors, pool: Pool, chunk: int) -> None:
        await agree(executors, pool, chunk)


class TestTheLaterHalf:
    @pytest.mark.parametrize("chunk", range(4, 8))
    async def test_both_executors_give_the_same_answers(self, executors: Executors, pool: Pool, chunk: int) -> None:
        await agree(executors, pool, chunk)
