"""Fields that sum up all rows of a key, from as many stores as they lie in."""

from asyncio import gather
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from resolvers.loading import Loader, load
from resolvers.stores import Row
from schema.declarations import Arguments, Declaration, Resolve, declare
from schema.entities import Entity
from schema.selections import ResolveInfo
from schema.visibility import Audience


@dataclass(frozen=True)
class Summary(Declaration):
    loaders: tuple[Loader, ...]
    function: Callable[..., Any]
    by: str

    def attributes(self, name: str) -> tuple[str, ...]:  # noqa: ARG002
        return (self.by,)

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:  # noqa: ARG002
        (key,) = stored

        async def resolve(row: Row, info: ResolveInfo, _arguments: Arguments) -> object:
            return self.function(*await gather(*(load(info.context, loader, row[key]) for loader in self.loaders)))

        return resolve


def summary(
    function: Callable[..., Any],
    *loaders: Loader,
    by: str,
    description: str,
    visible: Iterable[Audience] | None = None,
) -> Any:
    """A field whose value a plain function makes of what each loader finds for the key in `by`, None where that is
    nothing.
    """
    return declare(Summary(loaders, function, by), description, visible)
