"""The quality checks, measured on the finished files.

The checks do not depend on how a file was made. They read every packet, decode and inspect a sample of the pictures,
decode and measure all of the sound, and read back the caption files. Faults are collected, not raised: the caller
decides about them.
"""

from bulkvid_pipeline.rendering.quality.checks import Check, Outcome, QualityReport, Subject
from bulkvid_pipeline.rendering.quality.examination import Examination, verify
from bulkvid_pipeline.rendering.quality.expected import Expected

__all__ = ["Check", "Examination", "Expected", "Outcome", "QualityReport", "Subject", "verify"]
