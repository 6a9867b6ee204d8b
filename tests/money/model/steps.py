"""What buyers, their banks, the provider and administrators do, each through the graph and by the reference."""

from resolvers.recovery import recover
from tests.money.model import bringing, giving_back, issuing, ordering, paying
from tests.money.model.running import Running
from tests.money.model.shop import NOBODYS, Answer, Order, Things

VISA, ONE, TWO = "pm_card_visa", "pm_sandbox_one", "pm_sandbox_two"
METHODS = (
    *(ONE, ONE, ONE, TWO, VISA, VISA, *paying.ASKS, *paying.ASKS, *paying.DECLINES),
    *(giving_back.LATE, giving_back.LATE, None),
)
BASKETS: tuple[Things, ...] = (
    *((0,), (1,), (2,), (0, 1), (1, 2), (2, 0), (0, 1, 2), (2, 1, 0), (1, 3), (0, 2, 3), (3, 2, 1, 0)) * 2,
    *((3,), (4,), (1, 1), (), (0, 4)),
)
CREDITS = (0, 0, 0, 1, 1, 2, 3, 50)
GRANTS = (1, 2, 3, 5, 8, 12, 1, 2, -1, -2, -5, 0)
OVERDUE = "UPDATE orders SET waits_until = now() - interval '1 second' WHERE id = $1 AND waits_until IS NOT NULL"
DUE = "UPDATE refunds SET next_attempt_at = now() WHERE state = 'PENDING' AND order_id = ANY($1)"
ASKED_BUYER = """
    SELECT provider_payment_id FROM payments WHERE order_id = $1 AND state = 'WAITING'
"""
PROVIDERS = (
    "SELECT provider_refund_id FROM refunds WHERE order_id = $1 AND state = 'PENDING' AND amount > 0 ORDER BY id"
)
PUBLISH = "UPDATE courses SET is_published = $2 WHERE id = $1"


class Run(Running):
    """One sequence, with a method for each step."""

    async def place(self, who: int, which: int, *_: int) -> None:
        things, key = BASKETS[which % len(BASKETS)], self.key()

        async def ask() -> None:
            asking = self.counter.place(who, key, things)
            await self.same("place", asking, lambda: ordering.place(self.shop, who, key, things))

        await self.keyed(ask)

    async def purchase(self, who: int, which: int, how: int, more: int) -> None:
        things, key, method = BASKETS[which % len(BASKETS)], self.key(), METHODS[how % len(METHODS)]
        coupon, credits = more % 7 if more % 7 < len(self.shop.coupons) else None, CREDITS[more % len(CREDITS)]
        if more == 99:
            coupon = NOBODYS

        async def ask() -> None:
            def rule() -> Answer:
                ordering.begin_purchase(self.shop, who, key, things, coupon, credits, method)
                return paying.settle(self.shop, who, key)

            asking = self.counter.purchase(who, key, things, coupon, credits, method)
            await self.same("purchase", asking, rule)

        await self.keyed(ask)

    async def redeem(self, who: int, which: int, how: int, _: int) -> None:
        order, coupon = self.order_of(who, which, "pending"), how % len(self.shop.coupons)
        if order is None:
            await self.place(who, which)
            return
        coupon = NOBODYS if how == 99 else coupon
        asking = self.counter.redeem(who, order.number, coupon)
        await self.same("redeem", asking, lambda: ordering.redeem(self.shop, who, order.number, coupon))

    async def remove(self, who: int, which: int, *_: int) -> None:
        order = self.order_of(who, which, "pending")
        if order is None:
            await self.place(who, which)
        else:
            asking = self.counter.remove(who, order.number)
            await self.same("remove", asking, lambda: ordering.remove(self.shop, who, order.number))

    async def apply_credits(self, who: int, which: int, how: int, _: int) -> None:
        order, credits = self.order_of(who, which, "pending"), (*CREDITS, -1)[how % 9]
        if order is None:
            await self.place(who, which)
        else:
            asking = self.counter.apply_credits(who, order.number, credits)
            await self.same(
                "apply credits", asking, lambda: ordering.apply_credits(self.shop, who, order.number, credits)
            )

    async def pay(self, who: int, which: int, how: int, _: int) -> None:
        order, method, key = self.order_of(who, which, "pending"), METHODS[how % len(METHODS)], self.key()
        if order is None:
            await self.purchase(who, which, how, 4)
            return
        number = order.number

        async def ask() -> None:
            def rule() -> Answer:
                ordering.begin_order(self.shop, who, key, number, method)
                return paying.settle(self.shop, who, key)

            await self.same("pay", self.counter.pay(who, key, number, method), rule)

        await self.keyed(ask)

    async def act(self, who: int, which: int, how: int, more: int) -> None:
        """The buyer goes to their bank, and as a rule comes back to say so."""
        order = self.order_of(who, which, "processing")
        if order is not None and order.status == "processing" and order.attempts[-1].standing == "asks":
            order_id = (await self.counter.ids())[order.number]
            intent = await self.counter.world.handles.postgres.fetchval(ASKED_BUYER, order_id)
            self.counter.world.sandbox.authenticate(intent, "fails" if how % 3 == 0 else "succeeds")
            paying.act(order.attempts[-1], is_proved=how % 3 != 0)
        if more % 3:
            await self.confirm(who, which, how, 1)

    async def confirm(self, who: int, which: int, _: int, more: int) -> None:
        order = self.order_of(who, which, "processing")
        if order is not None:
            key = order.key if more % 5 else "key-1"
            asking = self.counter.confirm(who, key, order.number)
            await self.same("confirm", asking, lambda: paying.confirm(self.shop, who, key, order.number))

    async def cancel(self, who: int, which: int, how: int, _: int) -> None:
        order = self.order_of(who, which, *(("processing",) if how % 2 else ("pending", "processing")))
        if order is not None:
            asking = self.counter.cancel(who, order.number)
            await self.same("cancel", asking, lambda: paying.cancel(self.shop, who, order.number))

    async def expire(self, who: int, which: int, *_: int) -> None:
        """The time of a payment that waits for its buyer is over."""
        order = self.order_of(who, which, "processing")
        if order is not None and order.status == "processing":
            await self.end_waiting(order)

    async def end_waiting(self, order: Order) -> None:
        order_id = (await self.counter.ids())[order.number]
        await self.counter.world.handles.postgres.execute(OVERDUE, order_id)
        await recover(self.counter.world.handles)
        order.is_overdue = True
        paying.go_on(self.shop, order)

    async def refund(self, who: int, which: int, how: int, more: int) -> None:
        order, key = self.order_of(who, which, "completed"), self.key()
        if order is None:
            await self.purchase(who, which, 0, more)
            return
        every = range(len(order.lines))
        places = None if how % 4 < 2 else tuple(place for place in every if place % 2 == how % 2) or (0,)
        left = sum(order.lines[place].cash - order.lines[place].back for place in places or every)
        amounts = (left * more // 97, left, left + 1, 1, more)
        amount = None if how % 3 else amounts[more % len(amounts)]

        async def ask() -> None:
            asking = self.counter.refund(key, order.number, places, amount)
            await self.same("refund", asking, lambda: giving_back.refund(self.shop, key, order.number, places, amount))

        await self.keyed(ask)

    async def settle(self, _: int, which: int, how: int, __: int) -> None:
        """The provider comes to an end with a refund that takes its time, and is looked up."""
        late = [
            (order, refund)
            for order in self.shop.orders
            for refund in order.refunds
            if refund.state == "PENDING" and refund.cash
        ]
        if late:
            order, refund = late[which % len(late)]
            ids, outcome = await self.counter.ids(), "fails" if how % 3 == 0 else "succeeds"
            place = [each for of_order, each in late if of_order is order].index(refund)
            world = self.counter.world
            names = await world.handles.postgres.fetch(PROVIDERS, ids[order.number])
            world.sandbox.settle(names[place][0], outcome)
            await world.handles.postgres.execute(DUE, ids)
            await recover(world.handles)
            refund.standing = outcome
            giving_back.go_on(self.shop, order)

    async def grant(self, who: int, which: int, *_: int) -> None:
        credits, key = GRANTS[which % len(GRANTS)], self.key()

        async def ask() -> None:
            asking = self.counter.grant(key, who, credits)
            await self.same("grant", asking, lambda: bringing.grant(self.shop, key, who, credits))

        await self.keyed(ask)

    async def apply_code(self, who: int, which: int, *_: int) -> None:
        referrer = (which if which < 60 else who - 1) % len(self.shop.mailboxes)
        asking = self.counter.apply_code(who, referrer)
        await self.same("apply code", asking, lambda: bringing.apply_code(self.shop, who, referrer))

    async def convert(self, who: int, *_: int) -> None:
        asking = self.counter.rule("convertReferral", who)
        await self.same("convert", asking, lambda: bringing.convert(self.shop, who))

    async def void(self, who: int, *_: int) -> None:
        await self.same("void", self.counter.rule("voidReferral", who), lambda: bringing.void(self.shop, who))

    async def edit(self, _: int, which: int, how: int, more: int) -> None:
        number, change = which % len(self.shop.coupons), issuing.CHANGES[how % len(issuing.CHANGES)]
        changes = change.given(more)
        asking = self.counter.change_coupon(change.mutation, number, **changes)
        await self.same("edit", asking, lambda: change.rule(self.shop.coupons[number], more))

    async def shelve(self, _: int, which: int, *__: int) -> None:
        """Takes something off sale, or puts it back."""
        thing = self.shop.things[which % len(self.shop.things)]
        thing.is_on_sale = not thing.is_on_sale
        item, handles = self.counter.things[thing.number], self.counter.world.handles
        if thing.kind == "course":
            await handles.postgres.execute(PUBLISH, item.id, thing.is_on_sale)
        else:
            await handles.mongo[f"{thing.kind}s"].update_one(
                {"_id": item.id}, {"$set": {"isPublished": thing.is_on_sale}}
            )

    async def again(self, _: int, which: int, *__: int) -> None:
        """What was asked under a key before, word for word."""
        if self.asked:
            await self.asked[which % len(self.asked)]()

    async def reuse(self, who: int, which: int, *_: int) -> None:
        """The key of another request of the same person."""
        used = [key for person, key in self.shop.keys if person == who]
        if used:
            key, things = used[which % len(used)], BASKETS[which % len(BASKETS)]
            asking = self.counter.place(who, key, things)
            await self.same("reuse", asking, lambda: ordering.place(self.shop, who, key, things))

    async def close(self) -> None:
        """Leaves nothing under way: no payment waits, no refund is on its way."""
        for order in self.shop.orders:
            if order.status == "processing":
                await self.end_waiting(order)
        while any(refund.state == "PENDING" for order in self.shop.orders for refund in order.refunds):
            await self.settle(0, 0, 1, 0)
        await self.compare()
