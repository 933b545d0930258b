"""What the service tells of itself while it runs: log lines, figures, request ids."""
