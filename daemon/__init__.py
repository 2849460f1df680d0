"""The outside world: network, clock, files and the command line; wires the other folders together."""
