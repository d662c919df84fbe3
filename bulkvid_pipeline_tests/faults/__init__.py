"""Jobs under faults: real `bulkvid` processes that are killed, starved, cut off and lied to, and a checker of what is
left. Marked `faults`; `.ci/run` runs them.
"""
