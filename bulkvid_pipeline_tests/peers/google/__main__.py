"""`python -m bulkvid_pipeline_tests.peers.google --csv FILE`."""

import sys

from bulkvid_pipeline_tests.peers.google.command import main

sys.exit(main())
