"""Two versions of one thing side by side, and what becomes of them."""
