"""The background music of the four styles, and the synthesiser that generated it.

The files are original works made by `compose`; they are part of this package and under its licence.
"""
