"""The Work list: a person's moderation requests, the most urgent first."""
