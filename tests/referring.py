"""Bringing people and deciding about it, as clients ask for it; and what the book says of it."""

from typing import Any, NamedTuple
from uuid import UUID

from models.orders import Order
from models.referrals import Referral
from resolvers.converting import convert, void_for_refund
from resolvers.transactions import transaction
from schema.ids import global_id
from tests.world import Person, World

SHOWN = "referral { id status creditsAwarded convertedAt referrer { username } referredUser { username } }"
APPLY = f"""mutation($input: ApplyReferralCodeInput!) {{ applyReferralCode(input: $input) {{ __typename
  ... on ReferralCodeApplied {{ {SHOWN} }} ... on Problem {{ code path retryable }} }} }}"""
CONVERT = f"""mutation($input: ConvertReferralInput!) {{ convertReferral(input: $input) {{ __typename
  ... on ReferralConverted {{ {SHOWN} }} ... on Problem {{ code path retryable }} }} }}"""
VOID = f"""mutation($input: VoidReferralInput!) {{ voidReferral(input: $input) {{ __typename
  ... on ReferralVoided {{ {SHOWN} }} ... on Problem {{ code path retryable }} }} }}"""


class Account(NamedTuple):
    balance: int
    total_earned: int
    shortfall: int


async def apply_code(world: World, viewer: Person | None, code: str) -> Any:
    return await run(world, APPLY, viewer, code=code)


async def convert_by_hand(world: World, viewer: Person | None, referral: str, reason: str = "Paid by invoice.") -> Any:
    return await run(world, CONVERT, viewer, referralId=referral, reason=reason)


async def void_by_hand(world: World, viewer: Person | None, referral: str, reason: str = "One person.") -> Any:
    return await run(world, VOID, viewer, referralId=referral, reason=reason)


async def run(world: World, mutation: str, viewer: Person | None, **given: str) -> Any:
    answer = await world.ask(mutation, viewer, input=given)
    assert answer.keys() == {"data"}, answer
    (result,) = answer["data"].values()
    return result


async def code_of(world: World, person: Person) -> str:
    member = await world.handles.mongo["members"].find_one({"_id": person.id})
    assert member is not None
    return str(member["referralCode"])


async def brought(world: World) -> tuple[Person, Person]:
    """Somebody and whom they brought, who has not bought anything yet."""
    referrer, referred = await world.person(), await world.person()
    answer = await apply_code(world, referred, await code_of(world, referrer))
    assert answer["__typename"] == "ReferralCodeApplied", answer
    return referrer, referred


async def referral_of(referred: Person) -> str:
    found = await Referral.find_one({"referredUserId": referred.id})
    assert found is not None
    return global_id("Referral", found.id)


async def buy_first(world: World, buyer: Person, *, fingerprint: str | None = None, credits: int = 2) -> Order:
    """A completed order of the buyer, which decides the claim that waits for it."""
    order = await world.order(buyer, await world.product())
    await decide_by(world, order, fingerprint=fingerprint, credits=credits)
    return order


async def decide_by(world: World, order: Order, *, fingerprint: str | None = None, credits: int = 2) -> bool:
    async with transaction(world.handles) as session:
        return await convert(
            session, order_id=order.id, user_id=order.user_id, fingerprint=fingerprint, credits=credits
        )


async def void_by_refund(world: World, order: Order) -> None:
    async with transaction(world.handles) as session:
        await void_for_refund(session, order_id=order.id)


async def claim_on(world: World, referred: Person) -> dict[str, Any]:
    """What is decided of the claim on a person."""
    row = await world.handles.postgres.fetchrow(
        """SELECT state, order_id, decided_by, reason, converted_at IS NOT NULL AS is_converted,
            voided_at IS NOT NULL AS is_voided FROM referral_claims WHERE referred_user_id = $1""",
        referred.id,
    )
    assert row is not None
    return dict(row)


async def accounts(world: World, *people: Person) -> list[Account]:
    rows = await world.handles.postgres.fetch("SELECT * FROM credit_accounts")
    found = {row["user_id"]: Account(row["balance"], row["total_earned"], row["shortfall"]) for row in rows}
    return [found.get(person.id, Account(0, 0, 0)) for person in people]


async def entries(world: World) -> list[tuple[UUID, str, int]]:
    """Whose, of which kind and how much, in the order of writing."""
    rows = await world.handles.postgres.fetch("SELECT user_id, kind, amount FROM credit_entries ORDER BY id")
    return [tuple(row) for row in rows]


async def audited(world: World) -> list[dict[str, Any]]:
    rows = await world.handles.postgres.fetch("SELECT actor_id, user_id, action FROM audit_entries ORDER BY id")
    return [dict(row) for row in rows]
