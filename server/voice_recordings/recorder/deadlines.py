"""How long a recording may stay pending: figures, to be set for all projects or for one."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Deadlines:
    """When a recording whose audio is complete ends as FAILED / TIMEOUT all the same.

    `processing_seconds` is what each worker has, so that a recording is not
    given up because the service was down; `most_workers` bounds how many may
    try, so that audio which brings every worker down does not do so for ever.
    """

    processing_seconds: float = 3600.0
    most_workers: int = 5

    def __post_init__(self) -> None:
        if self.processing_seconds <= 0 or self.most_workers < 1:
            raise ValueError("a deadline is positive, and somebody must try")


@dataclass(frozen=True, slots=True)
class ProjectDeadlines:
    """The deadlines of every project, and of those that have their own."""

    of_all: Deadlines = field(default_factory=Deadlines)
    of_project: Mapping[str, Deadlines] = field(default_factory=dict)

    def of(self, project: str) -> Deadlines:
        """The deadlines of this project."""
        return self.of_project.get(project, self.of_all)
