"""What a piece of evidence is, and how to look at it without trusting it."""
