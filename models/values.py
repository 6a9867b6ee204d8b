"""Values that every table and document is made of: ids and times.  Money's columns are in `models.columns`."""

from datetime import UTC, datetime
from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    """A UUIDv7: ids made later sort later, so new rows land at the end of the primary key's index."""
    return uuid_utils.compat.uuid7()


def now() -> datetime:
    """The time in UTC, aware, cut to the milliseconds that both databases can keep."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
