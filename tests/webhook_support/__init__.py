"""A receiver that behaves badly, and forbidden addresses in every spelling: for several tests."""
