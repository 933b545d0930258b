"""Test controls on the production code: clock, simulation, faults, and what clients did."""
