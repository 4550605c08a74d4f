"""The Outbox: what waits, what was sent, what needs attention, and why."""
