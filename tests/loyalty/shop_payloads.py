"""Orders as WooCommerce and Shopify send them, with what a test wants to be different."""

from __future__ import annotations

import json
from typing import Any


def woo_order(ref: int = 4711, total: str = "24.00", **changes: Any) -> dict[str, Any]:
    """A paid order of two rye loaves and a tart, shipping included, by customer 88 with Ada's address."""
    return {
        "id": ref,
        "number": str(ref),
        "status": "processing",
        "currency": "EUR",
        "prices_include_tax": True,
        "date_created": "2026-06-15T12:00:00",
        "date_created_gmt": "2026-06-15T10:00:00",
        "date_modified_gmt": "2026-06-15T10:05:00",
        "date_paid_gmt": "2026-06-15T10:01:00",
        "discount_total": "0.00",
        "shipping_total": "4.00",
        "total": total,
        "total_tax": "1.31",
        "customer_id": 88,
        "billing": {"first_name": "Ada", "last_name": "Lindqvist", "email": "ada@mail.example"},
        "line_items": [
            woo_line(1, "Rye loaf", sku="RYE-1", quantity=2, total="9.35", total_tax="0.65"),
            woo_line(2, "Plum tart", sku="", quantity=1, total="9.35", total_tax="0.65"),
        ],
        "shipping_lines": [{"id": 3, "method_title": "Courier", "total": "3.74", "total_tax": "0.26"}],
        "fee_lines": [],
        "coupon_lines": [],
        "refunds": [],
    } | changes


def woo_line(ref: int, name: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": ref,
        "name": name,
        "product_id": 900 + ref,
        "variation_id": 0,
        "quantity": 1,
        "subtotal": "9.35",
        "total": "9.35",
        "total_tax": "0.65",
        "sku": "",
        "price": 9.35,
    } | changes


def woo_refund(ref: int, total: str) -> dict[str, Any]:
    return {"id": ref, "reason": "", "total": f"-{total}"}


def shopify_order(ref: int = 450789469, total: str = "24.00", **changes: Any) -> dict[str, Any]:
    """A paid order of two rye loaves and a tart, taxes included, with shipping, by customer 207 with Ada's address."""
    return {
        "id": ref,
        "name": "#1001",
        "order_number": 1001,
        "test": False,
        "currency": "EUR",
        "financial_status": "paid",
        "created_at": "2026-06-15T12:00:00+02:00",
        "processed_at": "2026-06-15T12:01:00+02:00",
        "updated_at": "2026-06-15T12:05:00+02:00",
        "cancelled_at": None,
        "taxes_included": True,
        "total_price": total,
        "total_discounts": "0.00",
        "email": "ada@mail.example",
        "customer": {"id": 207119551, "email": "ada@mail.example", "first_name": "Ada", "last_name": "Lindqvist"},
        "line_items": [
            shopify_line(1, "Rye loaf", sku="RYE-1", price="5.00", quantity=2),
            shopify_line(2, "Plum tart", price="10.00"),
        ],
        "shipping_lines": [{"id": 3, "title": "Courier", "price": "4.00", "discount_allocations": [], "tax_lines": []}],
        "refunds": [],
    } | changes


def shopify_line(ref: int, title: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": ref,
        "title": title,
        "name": title,
        "sku": "",
        "product_id": 800 + ref,
        "variant_id": 700 + ref,
        "quantity": 1,
        "price": "10.00",
        "gift_card": False,
        "discount_allocations": [],
        "tax_lines": [{"price": "0.65", "rate": 0.07, "title": "VAT"}],
    } | changes


def shopify_refund(ref: int, amount: str, *, order: int = 450789469, goods: Any = ()) -> dict[str, Any]:
    """A refund of so much money; `goods` are (line, quantity)."""
    return {
        "id": ref,
        "order_id": order,
        "created_at": "2026-06-15T12:20:00+02:00",
        "processed_at": "2026-06-15T12:20:00+02:00",
        "refund_line_items": [{"id": 5, "line_item_id": line["id"], "quantity": many, "line_item": line} for line, many in goods],
        "transactions": [{"id": 6, "kind": "refund", "status": "success", "amount": amount, "currency": "EUR"}],
    }


def sent(payload: Any) -> bytes:
    """The bytes as PHP writes them."""
    return json.dumps(payload, separators=(",", ":")).replace("/", "\\/").encode()
