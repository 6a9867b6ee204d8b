"""The fields of charts that no column holds: the chart that a viewer asks for, and whether it was kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import strawberry
from strawberry.types.arguments import StrawberryArgument

from models import charts as chart_models
from models.charts import ChartType
from resolvers.chart_cache import ChartAsked, JustComputed
from resolvers.charts import asked
from resolvers.loading import load
from resolvers.stores import Row
from schema.declarations import Arguments, Declaration, Resolve, argument, declare
from schema.entities import BY_MODEL, Entity
from schema.filters import key_of
from schema.selections import ResolveInfo
from schema.visibility import Audience


@dataclass(frozen=True)
class AskedFor(Declaration):
    arguments: ClassVar[tuple[StrawberryArgument, ...]] = (
        argument("type", ChartType, "What the chart is computed from."),
        argument(
            "at",
            datetime | None,
            "The moment of a HORARY question, the moment in life that a PROGRESSED chart is for, or any moment in the "
            "year (UTC) of the birthday of a SOLAR_RETURN; now unless told, and for these types only.",
        ),
        argument(
            "with",
            strawberry.ID | None,
            "The other person of a SYNASTRY: the viewer, or for administrators anybody with birth data.",
        ),
    )

    def attributes(self, name: str) -> tuple[str, ...]:  # noqa: ARG002
        return ()

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:  # noqa: ARG002
        async def resolve(_row: Row, info: ResolveInfo, arguments: Arguments) -> object | None:
            entity, viewer = BY_MODEL[chart_models.ChartCache], info.context.viewer
            other = arguments.get("with")
            with_id = None if other is None else key_of("User", other)
            inputs = asked(viewer, arguments["type"], arguments.get("at"), with_id)
            # Whatever is selected of them, all charts of an operation are one batch: counted together, computed once.
            found = await load(info.context, ChartAsked(), inputs, entity.needs)
            return entity.admit(viewer, found)

        return resolve


@dataclass(frozen=True)
class WasKept(Declaration):
    is_leaf: ClassVar[bool] = True

    def attributes(self, name: str) -> tuple[str, ...]:  # noqa: ARG002
        return ()

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:  # noqa: ARG002
        return lambda row, _info, _arguments: not isinstance(row, JustComputed)


def chart_asked_for(*, description: str, visible: Iterable[Audience]) -> Any:
    """A root field that is the chart of the viewer which the arguments say."""
    return declare(AskedFor(), description, visible)


def was_kept(*, description: str) -> Any:
    """A field that says whether a chart was read, and not computed for whoever asks."""
    return declare(WasKept(), description)
