"""The laptop's two encrypted databases. Importing this costs nothing: SQLAlchemy comes with ``open_stores``."""
