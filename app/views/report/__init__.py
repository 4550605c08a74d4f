"""The moderation report: what is still missing, the outcome, and the live report beside it."""
