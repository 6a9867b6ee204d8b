"""The running service: settings, handles, HTTP, command line, embedded databases.

The law of this floor: it builds what the floors below are given, and nothing below knows it.
"""

import time

BEGAN = time.monotonic()
"""When this process began, as nearly as it can tell: before anything that takes long to import."""
