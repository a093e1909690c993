"""The keys that mail needs: for tokens in addresses, links and message ids, and for the passwords of mailboxes."""

from __future__ import annotations

from functools import partial

from regulars.groundwork.kernel import sealing

PASSWORDS = "mailbox passwords"

sealed = partial(sealing.sealed, use=PASSWORDS)
unsealed = partial(sealing.unsealed, use=PASSWORDS)


def token_key() -> bytes:
    """The key of tokens in addresses, links and message ids."""
    return sealing.key_for("mail tokens")
