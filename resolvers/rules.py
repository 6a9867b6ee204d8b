"""What the operator has decided about money, as the settings say it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Rules:
    """`credit_values` is what one credit is worth in each currency that takes credits; `referral_credits` is what each
    side of a referral earns; `wait` is how long a payment waits for its buyer; `lease` is how long whoever drives an
    order has it for themselves, which is longer than any step may take.
    """

    credit_values: Mapping[str, Decimal]
    referral_credits: int
    wait: timedelta
    lease: timedelta
