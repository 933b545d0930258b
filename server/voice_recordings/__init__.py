"""Call recordings as a service, and as a test fixture."""
