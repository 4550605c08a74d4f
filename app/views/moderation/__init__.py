"""The moderation bench: samples, evidence and judgement side by side."""
