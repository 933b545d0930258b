"""What tests share: recordings, files and servers to test with."""
