"""`regulars insight refresh | report | customer`."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from typing import Any

from django.utils.translation import ngettext

from regulars.business.queries import scope_named
from regulars.groundwork.kernel.clock import now


def commands(add: Any) -> None:
    """Register the commands."""
    insight = add.add_parser("insight", help="value and slipping away")
    acts = insight.add_subparsers(dest="act", required=True, metavar="ACT")
    refresh = acts.add_parser("refresh", help="compute everything anew from the purchases")
    refresh.add_argument("--as-of", type=_day, metavar="DATE", help="the last day to look at, such as 2026-09-30")
    refresh.add_argument(
        "--calibration-end", type=_day, metavar="DATE",
        help="the last day that models and scores may know; what came after is compared with the forecast",
    )  # fmt: skip
    refresh.set_defaults(run=refresh_now)
    report = acts.add_parser("report", help="what the newest refresh found")
    report.set_defaults(run=show_report)
    customer = acts.add_parser("customer", help="one customer's figures")
    customer.add_argument("external_id", metavar="EXTERNAL_ID", help="the customer's number in till, shop or import")
    customer.set_defaults(run=show_customer)
    for parser in (report, customer):
        parser.add_argument("--format", choices=["text", "json"], default="text")
    for parser in (refresh, report, customer):
        parser.add_argument("--business", default="", metavar="NAME", help="needed only when there are several")


def refresh_now(arguments: argparse.Namespace) -> int:
    """Compute here and now, with progress on the error channel."""
    from regulars.insight.queries import freshness_of
    from regulars.insight.services import refresh_insight

    scope = scope_named(business=arguments.business)
    refresh = refresh_insight(
        business_id=scope.business_id,
        at=now(),
        actor="system:cli",
        as_of=arguments.as_of,
        calibration_end=arguments.calibration_end,
        progress=_show_progress if sys.stderr.isatty() else None,
    )
    totals = refresh.findings["totals"]["segments"]
    fresh = freshness_of(scope=scope, at=now())
    customers = refresh.findings["customers"]
    _say(
        ngettext(
            "%(customers)s customer, %(slipping)s slipping away. %(as_of)s %(verdict)s",
            "%(customers)s customers, %(slipping)s slipping away. %(as_of)s %(verdict)s",
            customers,
        )
        % {
            "customers": customers,
            "slipping": totals["slipping away"]["customers"],
            "as_of": fresh.as_of,
            "verdict": fresh.verdict,
        }
    )
    return 0


def show_report(arguments: argparse.Namespace) -> int:
    """Print the report."""
    from regulars.insight.queries import report

    _show(report(scope=scope_named(business=arguments.business)), arguments.format)
    return 0


def show_customer(arguments: argparse.Namespace) -> int:
    """Print one customer's figures."""
    from regulars.insight.queries import customer_report

    _show(customer_report(scope=scope_named(business=arguments.business), external_id=arguments.external_id), arguments.format)
    return 0


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; write it as 1997-09-30") from None


def _show(answer: dict[str, Any], form: str) -> None:
    if form == "json":
        _say(json.dumps(answer, ensure_ascii=False))
        return
    for name, value in answer.items():
        _say(f"{name}: {json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value}")


def _show_progress(percent: int, stage: str) -> None:
    sys.stderr.write(f"\r{percent:3d} % {stage:12}")
    sys.stderr.flush()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
