"""The schema of the service's database, step by step. Alembic runs ``env.py``; the steps lie in ``versions``."""
