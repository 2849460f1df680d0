"""Measurements, run by hand: figures beside raw baselines of the same run. Seconds alone mean nothing."""
