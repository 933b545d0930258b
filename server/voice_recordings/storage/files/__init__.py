"""Audio in files of one machine, on the disk before it is acknowledged."""
