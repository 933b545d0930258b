"""The one place that builds the parts, starts and stops them, and knows them all."""

from voice_recordings.app.running import SERVICES, Running, api_description, running, settle

__all__ = ["SERVICES", "Running", "api_description", "running", "settle"]
