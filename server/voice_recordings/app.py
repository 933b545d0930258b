"""The one place that builds the parts."""
