"""Two of the processes that `make prove` freezes at each point of a purchase."""

import pytest

from tests.prove.scenarios import BY_NAME
from tests.prove.stage import Stage
from tests.prove.zombies import frozen


@pytest.mark.parametrize("point", ["charge.confirmed", "commit.within"])
async def test_a_process_that_thaws_after_its_lease_changes_nothing(stage: Stage, point: str) -> None:
    await frozen(stage, BY_NAME["success"], point)
