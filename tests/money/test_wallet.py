"""A wallet shows every kind of entry that the ledger writes, with its cause."""

from typing import Any

from models.credits import EntryKind
from models.identity import Role
from models.values import new_id
from resolvers import ledger
from tests import shop
from tests.money.wallets import book, refund_of, spend, void
from tests.world import World

WALLET = """{ me { member { wallet { nodes { kind amount balanceAfter version reason order { number }
  refund { creditsReturned } referral { referredUser { username } } } totalCount } } } }"""


async def test_a_wallet_shows_every_kind_of_entry_with_its_cause(world: World) -> None:
    admin, person, brought = await world.person(Role.ADMIN), await world.person(), await world.person()
    claim = await shop.claim(world, person, brought)
    kind = EntryKind.REFERRER_REWARD
    await book(world, ledger.reward, person.id, kind, 4, claim_id=claim.id)
    order_id = await spend(world, person, 3)
    returned = {"order_id": order_id, "refund_id": await refund_of(world, person, order_id, 1)}
    await book(world, ledger.give_back, person.id, 1, **returned)
    await void(world, person, claim.id, 4)
    given = {"key": str(new_id()), "by": admin.id, "reason": "A gift"}
    await book(world, ledger.grant, person.id, 5, **given)

    answer = await world.ask(WALLET, person)

    number = await world.handles.postgres.fetchval("SELECT number FROM orders")
    bought: dict[str, Any] = {"order": {"number": number}}
    referral: dict[str, Any] = {"referral": {"referredUser": {"username": brought.username}}}
    none = dict.fromkeys(("reason", "order", "refund", "referral"))
    assert answer["data"]["me"]["member"]["wallet"] == {
        "nodes": [
            none | referral | {"kind": "SETTLED", "amount": -2, "balanceAfter": 3, "version": 6},
            none | {"kind": "GRANT", "amount": 5, "balanceAfter": 5, "version": 5, "reason": "A gift"},
            none
            | referral
            | {"kind": "REVERSED", "amount": -2, "balanceAfter": 0, "version": 4, "reason": "Given back"},
            none
            | bought
            | {"kind": "RETURNED", "amount": 1, "balanceAfter": 2, "version": 3}
            | {"refund": {"creditsReturned": 1}},
            none | bought | {"kind": "SPENT", "amount": -3, "balanceAfter": 1, "version": 2},
            none | referral | {"kind": "REFERRER_REWARD", "amount": 4, "balanceAfter": 4, "version": 1},
        ],
        "totalCount": 6,
    }
