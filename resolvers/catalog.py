"""What is for sale, on whichever database it lives."""

from models import catalog as catalog_models
from resolvers.loading import One, OneOfKind

ItemByKind = OneOfKind(
    {
        catalog_models.PurchasableKind.COURSE: One(catalog_models.Course),
        catalog_models.PurchasableKind.PRODUCT: One(catalog_models.Product),
        catalog_models.PurchasableKind.TYPING_TEST: One(catalog_models.TypingTest),
    }
)
