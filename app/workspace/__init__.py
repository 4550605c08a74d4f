"""One signed-in person's desk, without a window: what a person can do, and what changed by it."""
