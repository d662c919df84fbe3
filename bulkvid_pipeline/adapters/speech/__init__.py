"""Speech providers: they turn text into sound with word times.

`contract` is the interface of all providers; `espeak` is the offline one. This file imports neither, because the espeak
worker process loads this package and must stay small.
"""
