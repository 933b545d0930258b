"""REST from `google.api.http` annotations, for any Python gRPC servicer."""
