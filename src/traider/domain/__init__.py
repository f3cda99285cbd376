"""The words of the house: instruments, orders, fills, positions, money, units and the event record.

This room never does I/O, never reads a clock and never imports another room of ours.
"""
