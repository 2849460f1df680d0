"""From facts to a decision, after the published rules of support.

Pure: no clock, network, database or log; time is an argument and every decision carries its reasons.
"""
