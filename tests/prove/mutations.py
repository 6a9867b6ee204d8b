"""Guards taken away, one at a time, and the tests of which one must notice.

Each is one change in the source.  What two guards keep is kept by one of them alone: of such a pair that one is taken
away here which something depends on.
"""

from tests.prove.book_mutations import COMMIT, REFUNDS, SHOWING
from tests.prove.payment_mutations import CHARGING, INTENT, LEASES, PROVIDER_GUARDS, RELEASING

MUTATIONS = (*PROVIDER_GUARDS, *CHARGING, *RELEASING, *LEASES, *INTENT, *COMMIT, *SHOWING, *REFUNDS)
