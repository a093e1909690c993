"""Sessions in the database as the framework keeps them; only looking one up, which every request does, goes by a prepared statement."""

from __future__ import annotations

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.models import Session
from django.utils import timezone

from regulars.groundwork.kernel.bulk.instances import instant_value, objects

LIVE = "FROM django_session t WHERE t.session_key = %s AND t.expire_date > %s"


class SessionStore(DatabaseSessions):
    """Django's own, with a quicker look."""

    def _get_session_from_db(self) -> Session | None:
        # Sessions run out by the clock of the wall, as the framework writes them: a story's standing clock doesn't end them.
        found = objects(Session, LIVE, self.session_key, instant_value(timezone.now())) if self.session_key else []
        if not found:
            self._session_key = None
            return None
        return found[0]
