"""The payments of a service that was told of no provider: it says so and asks nobody."""

from collections.abc import AsyncIterator

from resolvers.provider import Attempt, ProviderAway, Unavailable

REASON = "no payment provider is set: set STRIPE_API_KEY, or STRIPE_API_BASE to a sandbox, and start the service again"


class NoProvider:
    """`resolvers.provider.Provider` where there is none, whatever is asked of it."""

    async def create(self, *_: object, **__: object) -> Unavailable:
        return Unavailable(REASON)

    confirm = look_up = cancel = refund = look_up_refund = create

    async def attempts(self, *_: object, **__: object) -> AsyncIterator[Attempt]:
        raise ProviderAway(REASON)
        yield
