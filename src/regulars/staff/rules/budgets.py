"""How fast somebody may guess (decision D10): buckets that fill with each wrong password and leak with time.

Slow down, never lock out: a full bucket tells how long to wait. A browser in which the owner has signed in before has a bucket of its own,
so strangers can't keep them out however hard they try. Everybody else fills four, one after the other: of the account at this address prefix,
of the prefix (one source that tries many accounts), of the account as tried by all strangers together, and of the whole installation.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    """A bucket's size in failures, and how many leak out a minute."""

    size: float
    leak_a_minute: float


ACCOUNT_AND_PREFIX = Limit(size=8, leak_a_minute=0.5)
PREFIX = Limit(size=40, leak_a_minute=4)
STRANGERS = Limit(size=30, leak_a_minute=2)
EVERYBODY = Limit(size=600, leak_a_minute=120)
DEVICE = Limit(size=10, leak_a_minute=1)
CODES = Limit(size=6, leak_a_minute=0.5)
GUESSES = Limit(size=20, leak_a_minute=2)  # codes of other doors than the staff's, by caller


def buckets_for(*, account: str, prefix: str, device: str = "") -> list[tuple[str, Limit]]:
    """The buckets that one try of a password fills. `account` and `device` are digests; `device` is empty for a stranger's browser."""
    if device:
        return [(f"device:{device}"[:80], DEVICE)]
    return [
        (f"account:{account}:{prefix}"[:80], ACCOUNT_AND_PREFIX),
        (f"prefix:{prefix}"[:80], PREFIX),
        (f"strangers:{account}"[:80], STRANGERS),
        ("everybody", EVERYBODY),
    ]


def level_after(level: float, seconds: float, limit: Limit) -> float:
    """What is left in a bucket after some time."""
    return max(0.0, level - seconds / 60 * limit.leak_a_minute)


def wait_seconds(level: float, limit: Limit) -> int:
    """How long until one more try fits; 0 when it fits now."""
    over = level + 1 - limit.size
    return 0 if over <= 0 else int(over / limit.leak_a_minute * 60) + 1


def prefix_of(address: str) -> str:
    """The network that an address counts for: /24 of IPv4, /56 of IPv6."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    bits = 24 if ip.version == 4 else 56
    return str(ipaddress.ip_network(f"{ip}/{bits}", strict=False))


def client_address(remote: str, forwarded: str, proxies: int) -> str:
    """The caller's address: with n trusted proxies the n-th entry of X-Forwarded-For from the right, else the peer itself."""
    if proxies <= 0:
        return remote
    hops = [part.strip() for part in forwarded.split(",") if part.strip()]
    return hops[-proxies] if len(hops) >= proxies else remote
