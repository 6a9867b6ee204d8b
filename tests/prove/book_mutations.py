"""Guards of what is true and shown after a charge: the commit, the outbox and its projections, refunds."""

from tests.prove.mutation import GUARDS, PAYING, PROJECTIONS, RELAY, Mutation

COMMIT = (
    Mutation(
        "first purchase only without another",
        "resolvers/committing.py",
        ", ~OTHERS.exists())",
        ")",
        (f"{GUARDS}::test_only_one_of_a_persons_purchases_is_the_first",),
    ),
    Mutation(
        "lock of the buyer before the first purchase",
        "resolvers/committing.py",
        "    await run(session, LOCK_BUYER, given)\n",
        "",
        (f"{GUARDS}::test_a_purchase_is_not_completed_while_another_of_the_person_is_decided",),
    ),
    Mutation(
        "use of the coupon spent",
        "resolvers/committing.py",
        "        await coupon_uses.consume(session, held.order_id)\n",
        "",
        (f"{GUARDS}::test_a_purchase_spends_its_coupon_and_its_credits",),
    ),
    Mutation(
        "credits spent",
        "resolvers/committing.py",
        "            await ledger.capture(session, held.user_id, held.credits, order_id=held.order_id)\n",
        "            pass\n",
        (f"{GUARDS}::test_a_purchase_spends_its_coupon_and_its_credits",),
    ),
    Mutation(
        "claims made ownerships",
        "resolvers/committing.py",
        "    await run(session, OWNING, given)\n",
        "",
        (PAYING,),
    ),
    Mutation(
        "outcome of a key that was paid",
        "resolvers/committing.py",
        "        await finish(session, Key(held.user_id, held.key), PAID)\n",
        "",
        (PAYING,),
    ),
    Mutation(
        "a claim is converted once",
        "resolvers/converting.py",
        "    if claim.state is not ClaimState.PENDING:\n        return False\n",
        "",
        ("tests/money/test_ruling.py", "tests/money/test_referrals_at_once.py"),
    ),
    Mutation(
        "a voided claim stays voided",
        "resolvers/ruling.py",
        "        if claim.state is ClaimState.VOIDED:\n            raise ReferralEnded\n",
        "",
        ("tests/money/test_ruling.py",),
    ),
)
SHOWING = (
    Mutation(
        "order of the outbox",
        "resolvers/messages.py",
        "AND earlier.sequence < head.sequence",
        "AND false",
        (RELAY,),
    ),
    Mutation(
        "order of what a request delivers",
        "resolvers/messages.py",
        "ORDER BY sequence LIMIT 1)",
        "ORDER BY sequence DESC LIMIT 1)",
        (RELAY,),
    ),
    Mutation(
        "claim on a message",
        "resolvers/messages.py",
        "WHERE delivered_at IS NULL AND next_attempt_at <= now() AND NOT EXISTS (",
        "WHERE delivered_at IS NULL AND NOT EXISTS (",
        (RELAY,),
    ),
    Mutation(
        "marker of a purchase that is shown",
        "resolvers/purchase_projection.py",
        "return await documents.first(PurchaseEvent, event_of(sold[0].order_item_id)) is not None",
        "return False",
        (PROJECTIONS,),
    ),
    Mutation(
        "marker of a refund that is shown",
        "resolvers/purchase_projection.py",
        "    await documents.insert(PurchaseEvent, event)\n",
        "",
        (PROJECTIONS, "tests/money/test_shown_refunds.py"),
    ),
    Mutation(
        "credits are shown forward only",
        "resolvers/member_projection.py",
        '{"_id": user_id, "ledgerVersion": {"$lt": told["version"]}}',
        '{"_id": user_id}',
        ("tests/money/test_shown_people.py",),
    ),
    Mutation(
        "a referral is shown forward only",
        "resolvers/referral_projection.py",
        "await documents.update(Referral, referred | shown,",
        "await documents.update(Referral, referred,",
        ("tests/money/test_shown_people.py",),
    ),
    Mutation(
        "an order is fulfilled with its last message",
        "resolvers/messages.py",
        "WHERE aggregate_id = :order AND delivered_at IS NULL AND id <> :id",
        "WHERE false",
        (RELAY,),
    ),
)
REFUNDS = (
    Mutation(
        "a refund reserved before it is given",
        "resolvers/refund_intents.py",
        "    await reserve(session, order, parts)\n",
        "",
        ("tests/money/test_refund_drives.py",),
    ),
    Mutation(
        "a refund that failed may be given otherwise",
        "resolvers/refund_committing.py",
        "refunded_amount=col(OrderItem.refunded_amount) - due.amount,",
        "refunded_amount=col(OrderItem.refunded_amount),",
        ("tests/money/test_refund_drives.py",),
    ),
    Mutation(
        "recovery of refunds",
        "resolvers/recovery.py",
        "*(drive_refunds(handles, each) for each in refunds)",
        "",
        ("tests/money/test_refund_recovery.py",),
    ),
    Mutation(
        "ownership ends with a refund",
        "resolvers/refund_committing.py",
        "            await revoke(session, item)\n",
        "            pass\n",
        ("tests/money/test_refunds.py",),
    ),
    Mutation(
        "rewards end with the first purchase",
        "resolvers/refund_committing.py",
        "            await converting.void_for_refund(session, order_id=lease.order_id)\n",
        "            pass\n",
        ("tests/money/test_refunded_first_purchases.py",),
    ),
)
