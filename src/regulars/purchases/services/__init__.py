"""Verbs about purchases."""

from regulars.purchases.services.recording import (
    OriginalNotFound,
    ReceiptTaken,
    Recorded,
    RefundTooLarge,
    SaleRefused,
    record_purchase,
)

__all__ = ["OriginalNotFound", "ReceiptTaken", "Recorded", "RefundTooLarge", "SaleRefused", "record_purchase"]
