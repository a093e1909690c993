"""Verbs about purchases."""

from regulars.purchases.services.recording import (
    OriginalNotFound,
    ReceiptTaken,
    Recorded,
    RefundTooLarge,
    SaleRefused,
    record_purchase,
)
from regulars.purchases.services.recording_many import ManySale, record_purchases, remove_purchases

__all__ = [
    "ManySale",
    "OriginalNotFound",
    "ReceiptTaken",
    "Recorded",
    "RefundTooLarge",
    "SaleRefused",
    "record_purchase",
    "record_purchases",
    "remove_purchases",
]
