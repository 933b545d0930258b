"""What is not collected here."""

# A project of its own, run by test_external_project.py in an environment of its own.
collect_ignore = ["callbox"]
