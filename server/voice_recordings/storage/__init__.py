"""The ports of `recordings`, kept somewhere."""
