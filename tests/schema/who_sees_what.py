"""The table "Who sees what", by hand: for each type who sees its rows at all, and for each field who sees it of those.

Letters are audiences: `.` anybody, `s` who is signed in, `o` the owner, `y` analysts, `a` administrators.
"""

from uuid import UUID

from schema.ids import global_id

ROWS = {
    "Course": ".",
    "Product": ".",
    "TypingTest": ".",
    "Passage": ".",
    **dict.fromkeys(("User", "LeaderboardEntry", "ReferralLeader"), "s"),
    "Member": "oya",
    "Referral": "oya",
    "Order": "oya",
    "OrderItem": "oya",
    "Purchase": "oya",
    "Payment": "oya",
    "Refund": "oya",
    "CreditEntry": "oa",
    "ReferralClaim": "a",
    "ConsistencyReport": "a",
    "Coupon": "ya",
    "CouponUsage": "ya",
    **dict.fromkeys(("UserProfile", "UserPreference", "Session", "Account", "ApiKey"), "oa"),
    **dict.fromkeys(("Subscription", "NatalData", "Chart", "KeystrokeLog"), "oa"),
    **dict.fromkeys(("Enrollment", "TestResult", "Activity"), "oya"),
}

FIELDS: dict[str, dict[str, str]] = {
    "Course": {
        **dict.fromkeys(("id", "title", "price", "slug", "description", "level", "category", "duration"), "."),
        **dict.fromkeys(("thumbnail", "features", "isFeatured", "createdBy"), "."),
        **dict.fromkeys(("owned", "purchaseCount", "isPublished", "createdAt", "updatedAt"), "."),
        "purchases": "ya",
        "enrollments": "ya",
    },
    "Product": {
        **dict.fromkeys(("id", "title", "price", "description", "author", "category", "imageUrl"), "."),
        **dict.fromkeys(("owned", "purchaseCount", "isPublished", "createdAt", "updatedAt"), "."),
        "purchases": "ya",
    },
    "TypingTest": {
        **dict.fromkeys(("id", "title", "price", "description", "level", "durationSeconds", "passage"), "."),
        **dict.fromkeys(("owned", "purchaseCount", "isPublished", "createdAt", "updatedAt"), "."),
        "purchases": "ya",
        "results": "ya",
    },
    "Passage": {
        **dict.fromkeys(("id", "title", "text", "level", "language"), "."),
        **dict.fromkeys(("isPublished", "createdAt", "updatedAt"), "."),
    },
    "User": {
        "id": "s",
        "username": "s",
        **dict.fromkeys(("email", "emailVerifiedAt", "name", "image", "role", "createdAt", "disabledAt"), "oa"),
        "updatedAt": "oa",
        **dict.fromkeys(("profile", "preferences", "sessions", "accounts", "apiKeys"), "oa"),
        **dict.fromkeys(("enrollments", "testResults", "progress", "activity"), "oa"),
        **dict.fromkeys(("subscription", "natalData", "charts", "orders", "purchases", "owns"), "oa"),
        "member": "oya",
    },
    "UserProfile": dict.fromkeys(("id", "user", "firstName", "lastName", "bio", "phoneNumber", "updatedAt"), "oa"),
    "UserPreference": dict.fromkeys(("id", "user", "theme", "language", "notifications", "updatedAt"), "oa"),
    "Session": {
        **dict.fromkeys(("id", "user", "deviceName", "origin", "createdAt"), "oa"),
        **dict.fromkeys(("lastSeenAt", "expiresAt", "revokedAt"), "oa"),
    },
    "Account": dict.fromkeys(("id", "user", "type", "provider", "providerAccountId", "scope", "createdAt"), "oa"),
    "ApiKey": {
        **dict.fromkeys(("id", "user", "name", "role", "createdAt"), "oa"),
        **dict.fromkeys(("lastUsedAt", "expiresAt", "revokedAt"), "oa"),
    },
    "Subscription": {
        **dict.fromkeys(("id", "user", "status", "currentPeriodEnd"), "oa"),
        **dict.fromkeys(("cancelAtPeriodEnd", "createdAt", "updatedAt"), "oa"),
    },
    "NatalData": {
        **dict.fromkeys(("id", "user", "birthDate", "location", "latitude"), "oa"),
        **dict.fromkeys(("longitude", "timezone", "updatedAt"), "oa"),
    },
    "Chart": {
        **dict.fromkeys(("id", "user", "type", "interpretation", "computedAt", "expiresAt", "cached", "moment"), "oa"),
        **dict.fromkeys(("positions", "otherPositions", "houses", "houseSystem", "aspects"), "oa"),
        **dict.fromkeys(("ascendant", "midheaven"), "oa"),
    },
    "Enrollment": {
        **dict.fromkeys(("id", "course", "order", "progress", "completedAt", "createdAt", "endedAt"), "oya"),
        "updatedAt": "oya",
        "user": "oa",
    },
    "TestResult": {
        **dict.fromkeys(("id", "test", "passage", "wpm", "rawWpm", "accuracy", "consistency"), "oya"),
        **dict.fromkeys(("errorsByKey", "durationSeconds", "createdAt"), "oya"),
        **dict.fromkeys(("user", "keystrokeLog"), "oa"),
    },
    "KeystrokeLog": {"id": "oa", "keystrokeCount": "oa", "keystrokes": "o"},
    "Activity": {**dict.fromkeys(("at", "type", "metrics"), "oya"), "user": "oa"},
    "Member": {
        "id": "oya",
        "referralCode": "oa",
        "credits": "oa",
        "totalCreditsEarned": "oya",
        "totalReferredUsers": "oya",
        "createdAt": "oya",
        **dict.fromkeys(("name", "user", "referredBy", "wallet", "updatedAt"), "oa"),
        **dict.fromkeys(("purchasedCourses", "purchasedTests", "purchasedProducts"), "oa"),
        "referrals": "oa",
    },
    "LeaderboardEntry": dict.fromkeys(("rank", "user", "wpm", "accuracy", "achievedAt"), "s"),
    "ReferralLeader": dict.fromkeys(("rank", "user", "referredUsers"), "s"),
    "Referral": {
        "id": "oya",
        "status": "oya",
        "createdAt": "oya",
        "convertedAt": "oya",
        "updatedAt": "oya",
        "creditsAwarded": "oya",
        "referrer": "oa",
        "referredUser": "oa",
        "claim": "a",
    },
    "ConsistencyReport": dict.fromkeys(
        ("id", "startedAt", "finishedAt", "checked", "isConsistent", "violations", "skipped"), "a"
    ),
    "ReferralClaim": {
        **dict.fromkeys(("id", "reason", "order", "decidedBy"), "a"),
        **dict.fromkeys(("createdAt", "updatedAt", "convertedAt", "voidedAt"), "a"),
    },
    "Order": {
        **dict.fromkeys(("id", "number", "status", "paymentStatus", "fulfilment", "amount", "originalAmount"), "oya"),
        **dict.fromkeys(("discount", "creditsUsed", "createdAt", "completedAt", "items", "purchases"), "oya"),
        **dict.fromkeys(("nextStatuses", "creditValue", "refundedAmount", "creditsReturned", "paymentMethod"), "oya"),
        **dict.fromkeys(("isFirstPurchase", "updatedAt", "cancelledAt", "payments", "refunds", "creditsWanted"), "oya"),
        "user": "oa",
        "buyerKey": "ya",
        "coupon": "ya",
    },
    "OrderItem": {
        **dict.fromkeys(("id", "kind", "title", "price", "item", "order"), "oya"),
        **dict.fromkeys(("discountShare", "creditShare", "refundedAmount", "refundedAt"), "oya"),
    },
    "Purchase": {
        **dict.fromkeys(("id", "amount", "cashAmount", "creditAmount", "creditsUsed", "isFirstPurchase"), "oya"),
        **dict.fromkeys(("purchasedAt", "item", "kind", "productName", "discount", "couponCode"), "oya"),
        **dict.fromkeys(("paymentMethod", "referralCreditAwarded", "refund", "createdAt", "order", "orderItem"), "oya"),
        "paymentMethodId": "oa",
        "user": "oa",
        "buyerKey": "ya",
    },
    "Payment": {
        **dict.fromkeys(("id", "state", "amount", "refundedAmount", "paymentMethod"), "oya"),
        **dict.fromkeys(("createdAt", "settledAt", "order"), "oya"),
        **dict.fromkeys(("paymentMethodId", "provider", "providerPaymentId", "declineCode", "user"), "oa"),
    },
    "Refund": {
        **dict.fromkeys(("id", "state", "amount", "creditValue", "creditsReturned"), "oya"),
        **dict.fromkeys(("createdAt", "completedAt", "order", "orderItem", "payment"), "oya"),
        **dict.fromkeys(("reason", "providerRefundId", "failureReason", "user", "requestedBy"), "oa"),
    },
    "CreditEntry": {
        **dict.fromkeys(("id", "kind", "amount", "balanceAfter", "version", "reason", "createdAt"), "oa"),
        **dict.fromkeys(("user", "order", "refund", "referral"), "oa"),
        "grantedBy": "a",
    },
    "Coupon": {
        **dict.fromkeys(("id", "code", "type", "value", "currency", "maxDiscount", "minPurchase"), "ya"),
        **dict.fromkeys(("description", "startsAt", "endsAt", "maxUses", "maxUsesPerUser", "uses"), "ya"),
        **dict.fromkeys(("isReleasedByRefund", "disabledAt", "createdAt", "updatedAt", "usages"), "ya"),
        **dict.fromkeys(("items", "categories"), "ya"),
        "createdBy": "a",
    },
    "CouponUsage": {
        **dict.fromkeys(("id", "state", "slot", "discount", "createdAt", "updatedAt", "coupon", "order"), "ya"),
        "user": "a",
    },
}

OWNERS = {
    "User": ("id",),
    "Member": ("_id",),
    "Referral": ("referrerId", "referredUserId"),
    "Order": ("user_id",),
    "OrderItem": ("user_id",),
    "Purchase": ("userId",),
    "Payment": ("user_id",),
    "Refund": ("user_id",),
    "CreditEntry": ("user_id",),
    **dict.fromkeys(("UserProfile", "UserPreference", "Session", "Account", "ApiKey"), ("user_id",)),
    **dict.fromkeys(("Subscription", "NatalData", "Chart", "Enrollment"), ("user_id",)),
    **dict.fromkeys(("TestResult", "KeystrokeLog", "Activity"), ("userId",)),
}
"""The stored columns that hold the ids of the persons whom a row is about; types without any are about nobody."""

SOME = UUID(int=7)

MUTATIONS = {
    "updateProfile": ("s", '{firstName: "Ada"}'),
    "updatePreferences": ("s", '{theme: "dark"}'),
    "placeOrder": ("s", f'{{items: [{{itemId: "{global_id("Course", SOME)}"}}], idempotencyKey: "1"}}'),
    "cancelOrder": ("s", f'{{orderId: "{global_id("Order", SOME)}"}}'),
    "payOrder": ("s", f'{{orderId: "{global_id("Order", SOME)}", idempotencyKey: "1"}}'),
    "confirmPayment": ("s", f'{{orderId: "{global_id("Order", SOME)}", idempotencyKey: "1"}}'),
    "purchase": ("s", f'{{items: [{{itemId: "{global_id("Course", SOME)}"}}], idempotencyKey: "1"}}'),
    "redeemCoupon": ("s", f'{{orderId: "{global_id("Order", SOME)}", code: "ONE"}}'),
    "removeCoupon": ("s", f'{{orderId: "{global_id("Order", SOME)}"}}'),
    "applyCredits": ("s", f'{{orderId: "{global_id("Order", SOME)}", credits: 1}}'),
    "refundOrder": ("a", f'{{orderId: "{global_id("Order", SOME)}", reason: "Why", idempotencyKey: "1"}}'),
    "grantCredits": (
        "a",
        f'{{userId: "{global_id("User", SOME)}", credits: 1, reason: "A gift", idempotencyKey: "1"}}',
    ),
    "createCoupon": (
        "a",
        '{code: "ONE", type: percentage, value: "5", startsAt: "2026-01-01T00:00Z", endsAt: "2026-02-01T00:00Z"}',
    ),
    "editCoupon": ("a", f'{{couponId: "{global_id("Coupon", SOME)}", maxUses: 5}}'),
    "disableCoupon": ("a", f'{{couponId: "{global_id("Coupon", SOME)}"}}'),
    "applyReferralCode": ("s", '{code: "NOBODY01"}'),
    "convertReferral": ("a", f'{{referralId: "{global_id("Referral", SOME)}", reason: "Paid by invoice."}}'),
    "voidReferral": ("a", f'{{referralId: "{global_id("Referral", SOME)}", reason: "One person."}}'),
}
"""Who may run each mutation, and an input that is right.  Its success shows rows, to which the table above applies."""
