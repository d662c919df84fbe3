"""`bulkvid`: parse, call services, print."""

from __future__ import annotations

import sys
import warnings

from bulkvid_pipeline.cli.app import app
from bulkvid_pipeline.core.errors import BulkVideoError


def main() -> None:
    """Entry of the command. Our own errors are told in two lines and end with exit code 2."""
    # Dagster warns of its own beta features at import; nobody at this terminal can act on that.
    warnings.filterwarnings("ignore", module=r"dagster\b.*")
    try:
        app()
    except BulkVideoError as error:
        print(f"Error: {error.message}", file=sys.stderr)
        if error.fix:
            print(f"Fix:   {error.fix}", file=sys.stderr)
        sys.exit(2)
