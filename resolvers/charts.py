"""Birth data and charts: how they are found, and which chart a person asks for.  Computing one and keeping it is in
`resolvers.chart_cache`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from models import charts as chart_models
from models.charts import ChartType
from models.identity import Role
from models.values import now
from resolvers.loading import One, Pages
from resolvers.refusals import Forbidden, InvalidInput
from resolvers.sky import FIRST_YEAR, LAST_YEAR
from resolvers.viewer import Viewer

NatalDataByUser = One(chart_models.NatalData, "user_id")
ChartsByUser = Pages(chart_models.ChartCache, "user_id")

OF_A_MOMENT = {ChartType.HORARY, ChartType.PROGRESSED, ChartType.SOLAR_RETURN}


@dataclass(frozen=True, slots=True)
class Asked:
    """A chart of a person.  `at` is the moment that it is for, in UTC and no finer than matters; `with_id` is the other
    person of a synastry.
    """

    user_id: UUID
    type: ChartType
    at: datetime | None = None
    with_id: UUID | None = None


def asked(viewer: Viewer, kind: ChartType, at: datetime | None, with_id: UUID | None) -> Asked:
    """The chart that a viewer asks for, of their own birth.

    Birth data is for its owner and for administrators, and a synastry tells much of it, so only administrators compare
    with another person.  Raises NotSignedIn, Forbidden whether or not there is such a person, and InvalidInput.
    """
    user_id = viewer.person
    if (kind is ChartType.SYNASTRY) != (with_id is not None):
        needed = "needs 'with'" if kind is ChartType.SYNASTRY else "takes no 'with'"
        raise InvalidInput(("with",), f"A chart of type {kind} {needed}, which is the other person of a synastry.")
    if with_id not in (None, user_id) and viewer.role is not Role.ADMIN:
        raise Forbidden("charts with other people")
    if kind in OF_A_MOMENT:
        return Asked(user_id, kind, moment_for(kind, at))
    if at is not None:
        raise InvalidInput(("at",), f"A chart of type {kind} is of the moment of birth and takes no 'at'.")
    return Asked(user_id, kind, None, with_id)


def moment_for(kind: ChartType, at: datetime | None) -> datetime:
    """The moment in milliseconds, or the minute of a question and the day of a progression if none is told, so that the
    same chart is kept once.  A solar return is that of a year.
    """
    moment = now() if at is None else in_utc(at)
    if kind is ChartType.SOLAR_RETURN:
        return datetime(moment.year, 1, 1, tzinfo=UTC)
    if at is not None:
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    minute = moment.replace(second=0, microsecond=0)
    return minute if kind is ChartType.HORARY else minute.replace(hour=0, minute=0)


def in_utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise InvalidInput(("at",), "'at' says its offset, such as 2026-01-31T12:00:00Z.")
    try:
        moment = at.astimezone(UTC)
    except OverflowError:
        moment = at.replace(tzinfo=UTC)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise InvalidInput(("at",), f"'at' lies in the years from {FIRST_YEAR} to {LAST_YEAR}, where the sky is known.")
    return moment
