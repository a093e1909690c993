"""The statements of an import, set by set, for both databases.

`ready` is the staged file arranged into slots: rows of one receipt share a slot, every other row has its own. `heads` is what one chunk
of slots amounts to: one sale or refund each, beside what stands in the records already.
"""
# ruff: noqa: S608 — statements are put together from names that the program chose; values travel as parameters

from __future__ import annotations

from datetime import datetime

from regulars.groundwork.kernel.bulk.copying import on_postgres
from regulars.groundwork.kernel.bulk.dialect import by_code_point, instant_sql, new_id_sql, new_uuid_sql, seconds_sql

NUMBERS = "import_numbers"
HEADS = "import_heads"
DAY_SECONDS = 86_400


def arrange_sql(*, rows: str, ready: str, columns: dict[str, str], originals: bool) -> str:
    """Rows into slots, sales before refunds that name their sale. Equal rows that stand alone are counted: each is a purchase."""
    key = by_code_point("key")
    made = "CREATE UNLOGGED TABLE" if on_postgres() else "CREATE TABLE"
    counted = f"row_number() OVER (PARTITION BY {key} ORDER BY row) AS n"
    if "receipt" not in columns:
        others = ", ".join(name for name in columns if name not in ("row", "key"))
        return (
            f"{made} {ready} AS SELECT row_number() OVER (ORDER BY {key}, row) AS slot, row, "
            f"CASE WHEN n > 1 THEN key || '#' || n ELSE key END AS key, {others} FROM (SELECT *, {counted} FROM {rows}) numbered"
        )
    late = f", max(CASE WHEN original <> '' THEN 1 ELSE 0 END) OVER (PARTITION BY {key}) AS late" if originals else ""
    alone = "CASE WHEN receipt = '' THEN row ELSE 0 END"
    others = ", ".join(name for name in columns if name not in ("row", "key"))
    return (
        f"{made} {ready} AS SELECT dense_rank() OVER (ORDER BY {'late, ' if originals else ''}{key}, {alone}) AS slot, row, "
        "CASE WHEN receipt = '' THEN 1 ELSE n END AS n, CASE WHEN receipt = '' AND n > 1 THEN key || '#' || n ELSE key END AS key, "
        f"{others} FROM (SELECT *, {counted}{late} FROM {rows}) numbered"
    )


def in_full(ready: str, columns: dict[str, str], currency: str) -> str:
    """The arranged rows with every column, constants for those that the file does not hold. `currency` is a checked code."""
    if "receipt" in columns:
        return ready
    constants = {"quantity": "1000", "product": "''", "category": "''"}
    held = [name if name in columns else f"{value} AS {name}" for name, value in constants.items()]
    return (
        f"(SELECT slot, row, 1 AS n, key, 0 AS bad, ref, at, CAST('{currency}' AS text) AS currency, amount, {', '.join(held)}, "
        f"CAST(NULL AS bigint) AS branch, '' AS branch_code, '' AS receipt, '' AS original FROM {ready})"
    )


def any_known_sql(*, ready: str) -> str:
    """Whether any purchase stands between the smallest and the largest key of a chunk; one look into the index of natural keys.

    Keys begin with their day and chunks are in their order, so that a file of new days meets nothing. For rows without receipts only:
    the key of a receipt is made later. Values: first slot, last slot, business id, source.
    """
    return (
        f"SELECT EXISTS (SELECT 1 FROM (SELECT min(key) AS low, max(key) AS high FROM {ready} WHERE slot BETWEEN %s AND %s) k "
        "JOIN purchases_purchase p ON p.source_key BETWEEN k.low AND k.high WHERE p.business_id = %s AND p.source = %s)"
    )


def heads_sql(*, ready: str, numbers: str, receipts: bool, original_mapped: bool, all_new: bool = False) -> str:
    """One row per slot of a chunk, with its id to be, what is known under its key, and what is the matter with it.

    `all_new` says that nothing is known under any key (see `any_known_sql`); should somebody record one meanwhile, the unique key refuses
    the chunk, and it is done again. `numbers` is the FROM part that says who is who. Values: first slot, last slot, those of `numbers`, and,
    unless `all_new`, business id and source.
    """
    grouped = _grouped(ready) if receipts else _single(ready)
    number = new_id_sql("purchases_purchase", "g.slot")
    nothing = "(SELECT * FROM purchases_purchase WHERE 1 = 0) p ON p.source_key = g.key"
    same_key = "purchases_purchase p ON p.business_id = %s AND p.source = %s AND p.source_key = g.key"
    return (
        f"SELECT {number} AS id, g.*, n.customer_id, p.id AS known_id, CAST(NULL AS bigint) AS original_id, "
        f"CASE {_problems(original_mapped)} END AS problem "
        f"FROM ({grouped}) g LEFT JOIN {numbers} n ON n.ref = g.ref "
        f"LEFT JOIN {nothing if all_new else same_key}"
    )


def referred_sales_sql() -> str:
    """The recorded sales that refunds of the chunk name; those that the chunk is about to record itself are not there yet."""
    own = f"SELECT 1 FROM {HEADS} s WHERE s.id = h.original_id AND s.problem IS NULL AND s.known_id IS NULL"
    return f"SELECT h.original_id FROM {HEADS} h WHERE NOT EXISTS ({own})"


def _single(ready: str) -> str:
    return (
        "SELECT slot, key, row AS first_row, 1 AS rows, 0 AS bad_row, ref, 0 AS many_refs, 0 AS many_currencies, at, at AS last_at, "
        "currency, amount, CASE WHEN amount < 0 THEN 'refund' ELSE 'sale' END AS kind, branch, branch_code, receipt, original "
        f"FROM {ready} r WHERE slot BETWEEN %s AND %s"
    )


def _grouped(ready: str) -> str:
    """A receipt with a line that could not be read has `bad_row`; such lines stand in `rows` but not in the sums."""
    good = "CASE WHEN bad = 0 THEN {} END"
    total = "sum(amount)"
    kind = f"CASE WHEN {total} < 0 THEN 'r' ELSE 's' END"
    key = f"CASE WHEN max(receipt) = '' THEN max(key) ELSE max(branch_code) || '/' || {kind} || '/' || max(receipt) END"
    return (
        f"SELECT slot, {key} AS key, min(row) AS first_row, count(*) - sum(bad) AS rows, "
        "min(CASE WHEN bad = 1 THEN row END) AS bad_row, "
        f"coalesce(min({good.format('ref')}), '') AS ref, "
        f"CASE WHEN min({good.format('ref')}) <> max({good.format('ref')}) THEN 1 ELSE 0 END AS many_refs, "
        f"CASE WHEN min({good.format('currency')}) <> max({good.format('currency')}) THEN 1 ELSE 0 END AS many_currencies, "
        f"min({good.format('at')}) AS at, max({good.format('at')}) AS last_at, max(currency) AS currency, {total} AS amount, "
        f"CASE WHEN {total} < 0 THEN 'refund' ELSE 'sale' END AS kind, max(branch) AS branch, max(branch_code) AS branch_code, "
        "max(receipt) AS receipt, max(original) AS original "
        f"FROM {ready} r WHERE slot BETWEEN %s AND %s GROUP BY slot"
    )


def _problems(original_mapped: bool) -> str:
    known_differs = (
        "p.customer_id <> n.customer_id OR p.amount_minor <> g.amount OR p.currency <> g.currency "
        f"OR coalesce(p.branch_id, 0) <> coalesce(g.branch, 0) OR {seconds_sql('p.at')} <> g.at"
    )
    missing = "WHEN p.id IS NULL AND g.kind = 'refund' AND g.original = '' THEN 'original_missing' " if original_mapped else ""
    return (
        "WHEN g.bad_row > 0 THEN 'receipt_spoiled:' || g.bad_row "
        "WHEN g.many_refs = 1 THEN 'receipt_customers:' || g.receipt "
        "WHEN g.many_currencies = 1 THEN 'receipt_currencies:' || g.receipt "
        f"WHEN g.last_at - g.at > {DAY_SECONDS} THEN 'receipt_days:' || g.receipt "
        "WHEN n.hidden = 1 THEN 'foreign_customer:' || g.ref "
        f"WHEN p.id IS NOT NULL AND (n.customer_id IS NULL OR {known_differs}) THEN 'receipt_taken:' || g.receipt "
        f"{missing}"
        "WHEN g.kind = 'sale' AND g.original <> '' THEN 'original_on_sale' "
    )


def new_refs_sql() -> str:
    """The numbers for which a customer must be registered."""
    return f"SELECT DISTINCT h.ref FROM {HEADS} h WHERE h.problem IS NULL AND h.known_id IS NULL AND h.customer_id IS NULL ORDER BY 1"


def write_purchases_sql(*, at: datetime) -> str:
    """Values: business id, source, batch id, recorded at."""
    return (
        "INSERT INTO purchases_purchase (id, public_id, business_id, customer_id, branch_id, at, currency, amount_minor, kind, "
        "original_id, source, source_key, receipt, batch_id, recorded_at) "
        f"SELECT h.id, {new_uuid_sql(at)}, %s, coalesce(h.customer_id, n.customer_id), h.branch, {instant_sql('h.at')}, h.currency, h.amount, h.kind, "
        f"h.original_id, %s, h.key, h.receipt, %s, %s FROM {HEADS} h LEFT JOIN {NUMBERS} n ON n.ref = h.ref "
        "WHERE h.problem IS NULL AND h.known_id IS NULL ORDER BY h.id"
    )


def write_lines_sql(*, ready: str) -> str:
    """Values: first slot, last slot."""
    return (
        "INSERT INTO purchases_line (purchase_id, position, product, category, quantity_milli, amount_minor) "
        f"SELECT h.id, r.n, r.product, r.category, r.quantity, r.amount FROM {ready} r JOIN {HEADS} h ON h.slot = r.slot "
        "WHERE r.slot BETWEEN %s AND %s AND h.problem IS NULL AND h.known_id IS NULL ORDER BY h.id, r.n"
    )


def record_new_sql(*, ready: str, columns: dict[str, str], numbers: str, currency: str, at: datetime, lines: bool) -> str:
    """A chunk of which nothing is known yet, recorded by one statement: purchases, lines, and a lock on the customers referred to.

    For files without receipts, on PostgreSQL. It answers (rows, rows whose customer is unknown, refunds, customers who are gone); unless
    the second and the last are 0 the caller must take it back. Values: those of `numbers`, first slot, last slot, business id, source,
    batch id, recorded at.
    """
    held = {"quantity": "1000", "product": "''", "category": "''"}
    described = ", ".join(f"r.{name}" if name in columns else f"{value} AS {name}" for name, value in held.items())
    rows = (
        f"SELECT {new_id_sql('purchases_purchase', 'r.slot')} AS id, r.key, n.customer_id, r.at, r.amount, {described} "
        f"FROM {ready} r LEFT JOIN {numbers} n ON n.ref = r.ref WHERE r.slot BETWEEN %s AND %s"
    )
    made = (
        "INSERT INTO purchases_purchase (id, public_id, business_id, customer_id, at, currency, amount_minor, kind, source, source_key, receipt, "
        f"batch_id, recorded_at) SELECT id, {new_uuid_sql(at)}, %s, customer_id, {instant_sql('at')}, '{currency}', amount, "
        "CASE WHEN amount < 0 THEN 'refund' ELSE 'sale' END, %s, key, '', %s, %s FROM chunk WHERE customer_id IS NOT NULL"
    )
    detailed = (
        "INSERT INTO purchases_line (purchase_id, position, product, category, quantity_milli, amount_minor) "
        "SELECT id, 1, product, category, quantity, amount FROM chunk WHERE customer_id IS NOT NULL"
    )
    wanted = "SELECT DISTINCT customer_id FROM chunk"
    return (
        f"WITH chunk AS MATERIALIZED ({rows}), purchases AS ({made}), {f'lines AS ({detailed}), ' if lines else ''}"
        f"locked AS (SELECT t.id FROM customers_customer t WHERE t.id IN ({wanted}) ORDER BY t.id FOR KEY SHARE) "
        "SELECT count(*), count(*) FILTER (WHERE customer_id IS NULL), count(*) FILTER (WHERE amount < 0), "
        "count(DISTINCT customer_id) - (SELECT count(*) FROM locked) FROM chunk"
    )


def faults_sql(*, ready: str) -> str:
    """The rows of refused heads, but for those that were refused when they were read. Values: first slot, last slot."""
    return (
        f"SELECT r.row, h.problem FROM {ready} r JOIN {HEADS} h ON h.slot = r.slot "
        "WHERE r.slot BETWEEN %s AND %s AND h.problem IS NOT NULL AND r.bad = 0 ORDER BY r.row"
    )


def counts_sql() -> str:
    """created rows, identical rows, purchases made, refunds among them that name no sale."""
    new = "problem IS NULL AND known_id IS NULL"
    return (
        f"SELECT coalesce(sum(CASE WHEN {new} THEN rows END), 0), "
        "coalesce(sum(CASE WHEN problem IS NULL AND known_id IS NOT NULL THEN rows END), 0), "
        f"coalesce(sum(CASE WHEN {new} THEN 1 END), 0), "
        f"coalesce(sum(CASE WHEN {new} AND kind = 'refund' AND original_id IS NULL AND original = '' THEN 1 END), 0), "
        f"count(DISTINCT CASE WHEN {new} AND customer_id IS NULL THEN ref END) FROM {HEADS}"
    )


def named_refunds_sql() -> str:
    """Refunds of the chunk that name their sale, those of one sale beside each other."""
    return (
        f"SELECT slot, customer_id, ref, currency, amount, branch_code, original FROM {HEADS} "
        "WHERE original <> '' AND kind = 'refund' AND problem IS NULL AND known_id IS NULL ORDER BY original, branch_code, slot"
    )
