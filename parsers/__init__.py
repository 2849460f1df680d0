"""From bytes to facts: what a letter holds, never what becomes of it.

Nothing here raises on odd mail, reads a clock, opens a file or writes a log.
"""
