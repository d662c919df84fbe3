"""The music beds of the four styles, and the synthesiser that composed them.

The beds are original works made by `compose`; they are part of this package and under its licence.
"""
