"""How the gateway's properties are tried."""

from hypothesis import settings

# No deadline: a busy machine is no fault of an example's.
settings.register_profile("gateway", deadline=None, max_examples=60)
settings.load_profile("gateway")
