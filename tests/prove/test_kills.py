"""A few of the cases that `make prove` runs all of: killed somewhere, the purchase is whole or was never there."""

import pytest

from tests.prove.kills import Case, Prover
from tests.prove.scenarios import BY_NAME
from tests.prove.service import Fate
from tests.prove.stage import Stage


@pytest.mark.parametrize(
    ("story", "points"),
    [
        ("success", ["charge.confirmed"]),
        ("success", ["commit.within", "relay.applied"]),
        ("decline", ["release.cancelled"]),
        ("waits for its buyer", ["wait.noted"]),
        ("is never heard of by the provider", ["release.creating"]),
        ("is given back in part", ["refund.given"]),
    ],
)
async def test_what_is_killed_is_done_once_or_not_at_all(stage: Stage, story: str, points: list[str]) -> None:
    proved = await Prover(stage).run(Case(BY_NAME[story], tuple(map(Fate, points))))

    assert proved.answer == BY_NAME[story].ends


async def test_what_nobody_asks_for_any_more_is_brought_to_its_end(stage: Stage) -> None:
    await Prover(stage).run(Case(BY_NAME["success"], (Fate("charge.creating"),), is_left=True))
