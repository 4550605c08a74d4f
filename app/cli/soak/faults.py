"""Every way in which a story can go wrong, and how often each did."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum


class Fault(StrEnum):
    """The names are those of the JSON that `touchstone soak` writes."""

    REQUEST_LOST = "request_lost"
    RESPONSE_LOST = "response_lost"
    DUPLICATE = "duplicate"
    REORDER = "reorder"
    TRUNCATED_BODY = "truncated_body"
    ONE_WAY_PARTITION = "one_way_partition"
    UNAUTHORISED_MID_BATCH = "unauthorised_mid_batch"
    SERVER_ERROR = "server_error"
    DELAY_30_DAYS = "delay_30_days"
    CLOCK_SKEW = "clock_skew"
    KILL_AT_AWAIT = "kill_at_await"
    OLD_DISK_RESTORED = "old_disk_restored"
    CLONED_DISK = "cloned_disk"
    SERVICE_RESTORED = "service_restored"
    REASSIGNED_OFFLINE = "reassigned_offline"
    HOLD_WHILE_OFFLINE = "hold_while_offline"
    OLDER_CLIENT = "older_client"
    DISK_FULL = "disk_full"
    DELETE_AGAINST_EDIT = "delete_against_edit"
    DAMAGED_CACHE = "damaged_cache"


OF_THE_NETWORK = (
    Fault.REQUEST_LOST,
    Fault.RESPONSE_LOST,
    Fault.DUPLICATE,
    Fault.REORDER,
    Fault.TRUNCATED_BODY,
    Fault.ONE_WAY_PARTITION,
    Fault.UNAUTHORISED_MID_BATCH,
    Fault.SERVER_ERROR,
    Fault.KILL_AT_AWAIT,
    Fault.OLDER_CLIENT,
    Fault.SERVICE_RESTORED,
)
"""Those that meet a conversation under way."""

Counts = Counter[Fault]
"""How often each fault fired; one that had nothing to spoil is not counted."""
