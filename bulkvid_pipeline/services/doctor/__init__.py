"""`bulkvid doctor`: whether everything that a job needs works on this machine, looked at for real, each with its mend.

Each module holds the checks of one group. A new check is added to the `CHECKS` of its group; a new group, to
`registry.CHECKS`.
"""
