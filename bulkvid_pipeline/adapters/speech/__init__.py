"""Voices: text in, sound with word times out.

`contract` is what the engine asks of any voice; `espeak` is the offline voice. This file imports neither, because the
espeak worker process loads this package and must stay small.
"""
