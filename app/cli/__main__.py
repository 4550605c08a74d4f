"""`python -m app.cli`, the same as `touchstone`."""

import sys

from app.cli import main

sys.exit(main())
