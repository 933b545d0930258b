"""What holds for every law of samples."""

from hypothesis import settings

# Whether a law holds does not depend on how busy the machine is.
settings.register_profile("laws", deadline=None)
settings.load_profile("laws")
