"""The proof: what must never be lost, tried by force."""
