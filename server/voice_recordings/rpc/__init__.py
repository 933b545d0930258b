"""The gRPC services: messages to domain values and back, errors to statuses."""
