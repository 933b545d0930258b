"""The examples in other languages, built and run by their own test frameworks."""

import pytest

from interop.workshop import CACHE, SHOP, example, once, run, tool

pytestmark = pytest.mark.check


def test_node() -> None:
    """grpc-js, fetch and google-gax, by Vitest."""
    npm = tool("npm")
    folder = example("node")
    environment = {"npm_config_cache": str(CACHE / "npm"), "CI": "true", "NO_COLOR": "1"}
    once(folder, ["package-lock.json"], npm, "ci", "--no-audit", "--no-fund",
         environment=environment)  # fmt: skip
    run(folder, npm, "run", "generate", environment=environment)
    assert " passed" in run(folder, npm, "test", environment=environment)


def test_go() -> None:
    """grpc-go, by go test."""
    go = tool("go")
    folder = example("go")
    environment = {
        "GOPATH": str(CACHE / "go"),
        "GOCACHE": str(CACHE / "go-build"),
        # A module cache that can be deleted again.
        "GOFLAGS": "-modcacherw -buildvcs=false",
        "GOTOOLCHAIN": "local",
    }
    run(folder, go, "generate", "./...", environment=environment)
    assert "ok  \t" in run(folder, go, "test", "-count=1", "./...", environment=environment)


def test_java() -> None:
    """grpc-java, by JUnit."""
    maven = tool("mvn")
    folder = example("java")
    repository = f"-Dmaven.repo.local={CACHE / 'maven'}"
    printed = run(folder, maven, "--batch-mode", "--no-transfer-progress", repository, "test")
    assert "Tests run: " in printed


def test_curl() -> None:
    """The script plays the whole story with curl alone."""
    tool("curl")
    folder = example("curl")
    assert "done" in run(folder, "bash", "test.sh")
    assert SHOP in folder.parents
