"""How the gateway's properties are tried."""

from hypothesis import settings

# They are many; each is tried less often.
settings.register_profile("gateway", settings.get_profile("tests"), max_examples=60)
settings.load_profile("gateway")
