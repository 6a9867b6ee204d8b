"""What it is to take a guard away, and the tests that are to notice."""

from typing import NamedTuple

PAYING = "tests/money/test_paying.py"
WAITING = "tests/money/test_waiting_for_buyers.py"
KILLED = "tests/prove/test_kills.py::test_what_is_killed_is_done_once_or_not_at_all"
NEVER_HEARD_OF = f"{KILLED}[is never heard of by the provider-points4]"
LEFT_ALONE = "tests/prove/test_kills.py::test_what_nobody_asks_for_any_more_is_brought_to_its_end"
THAWED = "tests/prove/test_zombies.py::test_a_process_that_thaws_after_its_lease_changes_nothing"
GUARDS = "tests/prove/test_guards.py"
CONTENTION = "tests/prove/test_contention.py"
PROVIDER = "tests/gateway/test_payments.py"
PROVIDER_REFUNDS = "tests/gateway/test_refunds.py"
RELAY = "tests/money/test_relay.py"
PROJECTIONS = "tests/money/test_projections.py"


class Mutation(NamedTuple):
    """`old`, which the module has once, becomes `new`; `tests` are files or node ids, or words after `-k`."""

    name: str
    module: str
    old: str
    new: str
    tests: tuple[str, ...]
