"""What is left when processes, databases and disks fail."""
