"""`python -m app` is `convscope`."""

import sys

from app.cli import main

sys.exit(main())
