"""Makes the invented evidence of the demonstration; run ``make_evidence.py`` beside this folder."""
