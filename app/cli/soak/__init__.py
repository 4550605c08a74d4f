"""`touchstone soak`: real laptops and the real service in one process, under every fault that can be thought of.

A story is played from a seed: people work, networks, disks and clocks fail, days are lost; then the faults stop and
the ten invariants of the sync protocol must hold. The same seed plays the same story, byte for byte.
"""
