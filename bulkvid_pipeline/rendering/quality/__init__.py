"""The quality checks: what a viewer's player will find, measured on the finished files themselves.

Nothing here knows how a file was made. Every packet is walked, pictures are decoded and looked at, all of the sound is
decoded and measured, the caption files are read back. Faults are collected, not raised: the caller decides what a fault
means.
"""

from bulkvid_pipeline.rendering.quality.checks import Check, Outcome, QualityReport, Subject
from bulkvid_pipeline.rendering.quality.examination import Examination, verify
from bulkvid_pipeline.rendering.quality.expected import Expected

__all__ = ["Check", "Examination", "Expected", "Outcome", "QualityReport", "Subject", "verify"]
