"""The laptop's half of the protocol. ``requests`` is loaded with the first call that is sent."""

from __future__ import annotations

from app.sync.access import SignedIn
from app.sync.engine import Progress, SyncReport
from app.sync.session import Sync, keep_tokens, sign_in_at

__all__ = ["Progress", "SignedIn", "Sync", "SyncReport", "keep_tokens", "sign_in_at"]
