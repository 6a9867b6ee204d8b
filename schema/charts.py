"""Birth data, and the charts that are computed of it and kept for a while."""

from datetime import datetime
from typing import TYPE_CHECKING

from models import charts as chart_models
from models.charts import ChartType, HouseSystem
from resolvers import identity
from schema import chart_parts
from schema.chart_fields import was_kept
from schema.chart_parts import ChartAspect, ChartHouse, ChartPoint, ChartPosition
from schema.entities import entity
from schema.fields import column, computed, one
from schema.nodes import Node
from schema.values import described
from schema.visibility import ADMIN, OWNER

if TYPE_CHECKING:
    from schema.identity import User

described(
    ChartType,
    "What a chart is computed from.",
    TROPICAL="The sky at birth, counted from the spring equinox.",
    DRACONIC="The sky at birth, counted from the Moon's ascending node.",
    HORARY="The sky when a question was asked.",
    SYNASTRY="The skies at the births of two people, compared.",
    PROGRESSED="The sky as many days after birth as years have passed.",
    SOLAR_RETURN="The sky when the Sun is back where it was at birth, around a birthday.",
)


@entity(
    chart_models.NatalData,
    description="When and where a person was born.",
    visible=[OWNER, ADMIN],
    owner="user_id",
)
class NatalData(Node):
    birth_date: datetime = column(description="The moment of birth.")
    location: str = column(description="The place of birth, in words.")
    latitude: float | None = column(description="Degrees north of the equator, negative in the south.")
    longitude: float | None = column(description="Degrees east of Greenwich, negative in the west.")
    timezone: str | None = column(description="The IANA time zone that the time of birth was told in.")
    updated_at: datetime = column(description="When any of it was last changed.")
    user: "User | None" = one(identity.UserById, by="user_id", description="Who was born.")


@entity(
    chart_models.ChartCache,
    description="A chart that was computed and is kept for a while; one of two people is for administrators only.",
    visible=[OWNER, ADMIN],
    owner="user_id",
)
class Chart(Node):
    type: ChartType = column("chart_type", description="What the chart is computed from.", is_filterable=True)
    moment: datetime | None = computed(
        chart_parts.moment,
        needs=("chart_data",),
        description="The moment of the sky that the chart shows; null for a chart of another system.",
    )
    house_system: HouseSystem | None = computed(
        chart_parts.house_system,
        needs=("chart_data",),
        description="How the houses are divided; null for a chart of another system.",
    )
    ascendant: ChartPoint | None = computed(
        chart_parts.ascendant,
        needs=("chart_data",),
        description="The point that rises in the east; null for a chart of another system.",
    )
    midheaven: ChartPoint | None = computed(
        chart_parts.midheaven,
        needs=("chart_data",),
        description="The point that is on the upper meridian; null for a chart of another system.",
    )
    positions: list[ChartPosition] = computed(
        chart_parts.positions,
        needs=("chart_data",),
        usual_size=11,
        description="Where the Sun, the Moon, the planets from Mercury to Pluto and the Moon's node stand.",
    )
    other_positions: list[ChartPosition] = computed(
        chart_parts.other_positions,
        needs=("chart_data",),
        usual_size=11,
        description="Where the bodies of the other person of a synastry stand, in the houses of the first.",
    )
    houses: list[ChartHouse] = computed(
        chart_parts.houses, needs=("chart_data",), usual_size=12, description="The twelve houses in order."
    )
    aspects: list[ChartAspect] = computed(
        chart_parts.aspects,
        needs=("chart_data",),
        usual_size=25,
        description="The aspects between the bodies; in a synastry, of the first person's to the other's.",
    )
    cached: bool = was_kept(description="Whether the chart was kept from before, and not computed for this question.")
    interpretation: str | None = column(description="What the chart is taken to say.")
    computed_at: datetime = column(
        "created_at", description="When the chart was computed.", is_filterable=True, is_sortable=True
    )
    expires_at: datetime = column(description="Until when the chart is kept.")
    user: "User | None" = one(
        identity.UserById, by="user_id", description="Whose chart it is; null for one that is nobody's."
    )
