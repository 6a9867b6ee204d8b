"""What looks as if it broke an invariant, and does not."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.gateway.seeding_place import Place, new_place
from tests.money.test_verify_rows import WITHOUT_REWARDS, open_key
from tests.money.verify_place import broken_rows, found


@pytest.fixture(scope="module")
async def place(postgres_url: str, mongo_uri: str) -> AsyncIterator[Place]:
    async with new_place(postgres_url, mongo_uri) as place:
        await place.seed()
        yield place


@pytest.mark.parametrize(
    "statement",
    [
        f"{open_key('pending')} RETURNING key",
        f"{open_key('cancelled')} RETURNING key",
        f"{open_key('processing')} RETURNING key",
        f"""WITH open AS ({open_key("completed")} RETURNING *)
        INSERT INTO idempotency_keys (user_id, key, mutation, fingerprint, subject_id, outcome, finished_at)
        SELECT user_id, 'another', mutation, fingerprint, subject_id, '{{"is": "paid"}}', now() FROM open
        RETURNING key""",
    ],
)
async def test_a_key_whose_payment_never_left_stays_open_whatever_becomes_of_its_order(
    place: Place, statement: str
) -> None:
    async with broken_rows(place, statement) as (both, hurt):
        assert hurt
        assert await found(both) == {}


@pytest.mark.parametrize(("reward", "pays_rewards"), [("0", True), ("NULL", False)])
async def test_a_claim_that_was_decided_when_referrals_were_worth_nothing_has_no_reward(
    place: Place, *, reward: str, pays_rewards: bool
) -> None:
    statement = f"""WITH gone AS ({WITHOUT_REWARDS} RETURNING referral_claim_id)
        UPDATE referral_claims SET reward = {reward} WHERE id IN (SELECT referral_claim_id FROM gone) RETURNING id"""
    async with broken_rows(place, statement) as (both, hurt):
        assert len(hurt) == 1
        assert "claims-are-rewarded" not in await found(replace(both, pays_rewards=pays_rewards))
