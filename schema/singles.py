"""Where compiled reads find two declarations of single rows, which `schema.lookups` and `schema.samples` make."""

from schema.lookups import Named
from schema.samples import Sampled

__all__ = ["Named", "Sampled"]
