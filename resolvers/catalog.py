"""What is for sale, on whichever database it lives, and what tests are made of."""

from collections.abc import Mapping

from models import catalog as catalog_models
from models import purchases as purchase_models
from models.catalog import PurchasableKind
from resolvers.loading import One, OneOfKind, Pages

CourseById = One(catalog_models.Course)
CourseBySlug = One(catalog_models.Course, "slug")
ProductById = One(catalog_models.Product)
TypingTestById = One(catalog_models.TypingTest)
PassageById = One(catalog_models.Passage)

KINDS: Mapping[PurchasableKind, One] = {
    PurchasableKind.COURSE: CourseById,
    PurchasableKind.PRODUCT: ProductById,
    PurchasableKind.TYPING_TEST: TypingTestById,
}
CATEGORIZED = frozenset({PurchasableKind.COURSE, PurchasableKind.PRODUCT})
ItemByKind = OneOfKind(dict(KINDS.items()))

Courses = Pages(catalog_models.Course)
Products = Pages(catalog_models.Product)
TypingTests = Pages(catalog_models.TypingTest)
Passages = Pages(catalog_models.Passage)

PurchasesByItem = Pages(purchase_models.Purchase, "item_id")
