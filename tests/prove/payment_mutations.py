"""Guards of the way to a charge and back: the provider, leases and fences, reservations, releases."""

from tests.prove.mutation import (
    GUARDS,
    LEFT_ALONE,
    NEVER_HEARD_OF,
    PAYING,
    PROVIDER,
    PROVIDER_REFUNDS,
    THAWED,
    WAITING,
    Mutation,
)

PROVIDER_GUARDS = (
    Mutation(
        "key of a payment at the provider",
        "gateway/payments.py",
        '{"idempotency_key": str(payment_id)}',
        "{}",
        (PROVIDER,),
    ),
    Mutation(
        "key of a confirmation at the provider",
        "gateway/payments.py",
        '{"idempotency_key": f"{intent_id}:confirm"}',
        "{}",
        (PROVIDER,),
    ),
    Mutation(
        "key of a refund at the provider",
        "gateway/payments.py",
        '{"idempotency_key": str(refund_id)}',
        "{}",
        (PROVIDER_REFUNDS,),
    ),
    Mutation(
        "look-up before a refund",
        "gateway/payments.py",
        "if not isinstance(known, Absent):",
        "if False:",
        (PROVIDER_REFUNDS,),
    ),
)
CHARGING = (
    Mutation(
        "look-up before a creation that may be there", "resolvers/charging.py", "if is_known:", "if False:", (WAITING,)
    ),
    Mutation(
        "note of the provider's id before the charge",
        "resolvers/charging.py",
        "if payment.intent_id is None:",
        "if False:",
        (f"{GUARDS}::test_the_providers_id_is_noted_before_anything_is_charged",),
    ),
    Mutation(
        "nothing charged that is overdue",
        "resolvers/charging.py",
        "    if held.is_overdue:\n        return standing\n",
        "",
        (NEVER_HEARD_OF,),
    ),
    Mutation(
        "no waiting for a buyer who is overdue",
        "resolvers/charging.py",
        "isinstance(standing, NeedsAction) and not held.is_overdue",
        "isinstance(standing, NeedsAction)",
        (WAITING,),
    ),
    Mutation(
        "a payment that was never sent is known to be",
        "resolvers/charging.py",
        "payment.is_unsent = not is_known and isinstance(standing, Unavailable)",
        "payment.is_unsent = False",
        (f"{GUARDS}::test_what_the_provider_turned_away_is_free_at_once",),
    ),
    Mutation(
        "nothing written of what is absent",
        "resolvers/charging.py",
        "    if changes:\n",
        "    if True:\n",
        (NEVER_HEARD_OF,),
    ),
    Mutation(
        "release on decline",
        "resolvers/charging.py",
        "return await note(handles, held, payment, RecoveryPoint.RELEASING, **told)",
        'return Unresolved("declined")',
        (PAYING,),
    ),
    Mutation(
        "amount of the charge compared",
        "resolvers/charging.py",
        "    if (succeeded.amount",
        "    if False and (succeeded.amount",
        (f"{GUARDS}::test_a_charge_of_another_amount_completes_nothing",),
    ),
)
RELEASING = (
    Mutation(
        "cancellation at the provider before a release",
        "resolvers/releasing.py",
        "if payment is not None and not payment.is_unsent:\n        match",
        "if False:\n        match",
        (WAITING,),
    ),
    Mutation(
        "release of the coupon",
        "resolvers/releasing.py",
        "        await coupon_uses.release(session, held.order_id)\n",
        "",
        (f"{GUARDS}::test_a_declined_purchase_gives_back_its_coupon_and_its_credits",),
    ),
    Mutation(
        "release of the credits",
        "resolvers/releasing.py",
        "        if held.credits:\n            await ledger.release(session, held.user_id, held.credits)\n",
        "",
        (f"{GUARDS}::test_a_declined_purchase_gives_back_its_coupon_and_its_credits",),
    ),
    Mutation(
        "release of the claims", "resolvers/releasing.py", "        await unclaim(session, held)\n", "", (PAYING,)
    ),
    Mutation(
        "the attempt closed in the book",
        "resolvers/releasing.py",
        "        if held.payment is not None:\n            await close(session, held.payment)\n",
        "",
        (PAYING,),
    ),
    Mutation(
        "outcome of a key that came to nothing",
        "resolvers/releasing.py",
        "        if is_final:\n            await finish(",
        "        if False:\n            await finish(",
        (PAYING,),
    ),
)
LEASES = (
    Mutation(
        "fence",
        "resolvers/leases.py",
        'ORDERS.c.fence == bindparam("of_fence")',
        'ORDERS.c.fence >= bindparam("of_fence")',
        (f"{THAWED}[charge.confirmed]",),
    ),
    Mutation(
        "lease of a payment",
        "resolvers/leases.py",
        "col(Order.status) == OrderStatus.PROCESSING,\n            col(Order.lease_until) <= func.now(),\n",
        "col(Order.status) == OrderStatus.PROCESSING,\n",
        (f"{GUARDS}::test_what_somebody_drives_is_taken_by_nobody_before_its_lease_ends",),
    ),
    Mutation(
        "lease of a refund",
        "resolvers/leases.py",
        "col(Order.status) == OrderStatus.COMPLETED,\n            col(Order.lease_until) <= func.now(),\n",
        "col(Order.status) == OrderStatus.COMPLETED,\n",
        (f"{GUARDS}::test_a_refund_that_somebody_drives_is_taken_by_nobody",),
    ),
    Mutation(
        "recovery worker",
        "gateway/app.py",
        "(recovery.recover_forever, relay.relay_forever)",
        "(relay.relay_forever,)",
        (LEFT_ALONE,),
    ),
    Mutation(
        "relay worker",
        "gateway/app.py",
        "(recovery.recover_forever, relay.relay_forever)",
        "(recovery.recover_forever,)",
        (LEFT_ALONE,),
    ),
    Mutation(
        "recovery of those who wait too long",
        "resolvers/recovery.py",
        "            col(Order.waits_until) <= func.now(),\n",
        "",
        (WAITING,),
    ),
    Mutation(
        "locks of a frozen process end",
        "gateway/databases.py",
        "str(int(IDLE_SECONDS * 1000))",
        '"0"',
        (f"{THAWED}[commit.within]",),
    ),
    Mutation(
        "work that outlives its request",
        "resolvers/tasks.py",
        "return await asyncio.shield(self.start(work))",
        "return await self.start(work)",
        (PAYING,),
    ),
)
INTENT = (
    Mutation("claim on the item", "resolvers/intents.py", "    await claim(session, order, items)\n", "", (PAYING,)),
    Mutation(
        "only a pending order is begun to be paid",
        "resolvers/paying.py",
        "if order.status is not OrderStatus.PENDING:",
        "if False:",
        (f"{GUARDS}::test_an_order_that_is_being_paid_is_not_begun_again_under_another_key",),
    ),
    Mutation(
        "balance of credits",
        "resolvers/ledger.py",
        "col(CreditAccount.balance) - col(CreditAccount.held) >= credits",
        "col(CreditAccount.balance) >= credits",
        ("tests/money/test_ledger.py",),
    ),
    Mutation(
        "limit of a coupon",
        "resolvers/coupon_uses.py",
        "            or_(col(Coupon.max_uses).is_(None), col(Coupon.uses) < col(Coupon.max_uses)),\n",
        "",
        ("tests/money/test_coupon_uses.py",),
    ),
    Mutation(
        "limit of a coupon for one person",
        "resolvers/coupon_uses.py",
        "if coupon.max_uses_per_user is not None and slot > coupon.max_uses_per_user:",
        "if False:",
        ("tests/money/test_coupon_uses.py",),
    ),
    Mutation(
        "a key stands for one input",
        "resolvers/idempotency.py",
        "if (known.mutation, known.fingerprint) != (asked.mutation, asked.fingerprint):",
        "if False:",
        ("tests/money/test_refund_drives.py",),
    ),
)
