"""Batches: the operations of training, each with its gradient beside it.

The examples lie along the last axis, (channel, row, column, example), so that what a window does to a cell it does to a
run of neighbouring numbers, and the maps of a layer are one matrix, (channels, places of all examples). A vector of n
numbers is (n, 1, 1, examples). All is computed in the precision of what comes in: float32, and float64 where a test
takes it.
"""
