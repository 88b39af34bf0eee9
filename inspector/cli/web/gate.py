"""Who may come in: somebody who has the token, from a page of ours, by a name of this machine's loopback.

A loopback port can be reached by every page that the user's browser shows, and by every other user of the
machine. So Host and Origin must be ours (that keeps foreign pages and rebound names out), and the token, which
only the terminal showed, is exchanged once for a cookie.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field

LOOPBACK = "127.0.0.1"


def _secret() -> str:
    return secrets.token_urlsafe(32)


@dataclass(slots=True)
class Gate:
    port: int
    token: str = field(default_factory=_secret)
    session: str = field(default_factory=_secret)
    """What the cookie holds once the token was shown."""
    used: bool = False

    @property
    def origin(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def url(self) -> str:
        """With the token in it: opens the screen once, in one browser."""
        return f"{self.origin}/?token={self.token}"

    @property
    def cookie(self) -> str:
        """Cookies don't know ports, so the name does."""
        return f"inspector-{self.port}"

    def is_ours(self, host: str | None, origin: str | None, *, needs_origin: bool) -> bool:
        """Whether a request was meant for this server by a page of its own, or by the user."""
        if host != f"{LOOPBACK}:{self.port}":
            return False
        return (not needs_origin) if origin is None else origin == self.origin

    def knows(self, cookie: str | None) -> bool:
        return (
            self.used and cookie is not None and hmac.compare_digest(cookie.encode(), self.session.encode())
        )

    def enter(self, token: str | None) -> str | None:
        """The cookie's value in exchange for the token, which is good for one time."""
        if self.used or token is None or not hmac.compare_digest(token.encode(), self.token.encode()):
            return None
        self.used = True
        return self.session
