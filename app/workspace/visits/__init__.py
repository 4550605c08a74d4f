"""Quality reviews at the desk: the visit, the desk-top review, and their report."""
