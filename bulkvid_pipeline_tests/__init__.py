"""Tests of bulkvid_pipeline, and the real peers they talk to."""
