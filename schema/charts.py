"""Birth data, and the charts that are kept of it.  What a chart says is not here yet: nothing computes one."""

from datetime import datetime
from typing import TYPE_CHECKING

from models import charts as chart_models
from models.charts import ChartType
from resolvers import identity
from schema.entities import entity
from schema.fields import column, one
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
    SOLAR_RETURN="The sky when the Sun is back where it was at birth.",
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
    description="A chart that was computed and is kept for a while.",
    visible=[OWNER, ADMIN],
    owner="user_id",
)
class Chart(Node):
    type: ChartType = column("chart_type", description="What the chart is computed from.")
    interpretation: str | None = column(description="What the chart is taken to say.")
    computed_at: datetime = column("created_at", description="When the chart was computed.")
    expires_at: datetime = column(description="Until when the chart is kept.")
    user: "User | None" = one(
        identity.UserById, by="user_id", description="Whose chart it is; null for one that is nobody's."
    )
