"""Each guard that `make prove` takes away is still where its mutation looks for it."""

import pytest

from tests.prove.mutants import mutated
from tests.prove.mutation import Mutation
from tests.prove.mutations import MUTATIONS


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name.replace(" ", "-"))
def test_a_guard_is_there_to_be_taken_away(mutation: Mutation) -> None:
    assert mutated(mutation) != mutation.old
