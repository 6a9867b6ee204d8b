"""PostgreSQL and mongod from their wheels, as processes of this machine: for development and tests, not production.

Whoever uses a data directory holds a shared lock on it.  Who started the servers does not matter: the last one out
stops them.
"""

from gateway.embedded.failures import EmbeddedError
from gateway.embedded.lifetime import Addresses, Embedded, embedded

__all__ = ["Addresses", "Embedded", "EmbeddedError", "embedded"]
