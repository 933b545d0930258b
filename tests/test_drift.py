"""Generated code is what the protos beside it say."""

import filecmp
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOOLS = ROOT / ".venv-protoc" / "bin"


@pytest.mark.check
@pytest.mark.parametrize(
    ("protos", "generated"),
    [
        pytest.param("protos", "generated", id="product"),
        pytest.param("tests/protos", "tests/generated", id="tests"),
        pytest.param("examples/gateway", "examples/gateway", id="example"),
    ],
)
def test_generated_code_is_what_the_protos_say(protos: str, generated: str, tmp_path: Path) -> None:
    """Generating again changes no file; `make generate` mends it."""
    made = tmp_path / "generated"
    subprocess.run(
        [TOOLS / "python", ROOT / "protos" / "generate.py", made, ROOT / protos],
        check=True,
        capture_output=True,
        env={**os.environ, "PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}"},
    )
    kept = {path.relative_to(ROOT / generated) for path in files(ROOT / generated)}
    assert {path.relative_to(made) for path in files(made)} == kept
    changed = [str(path) for path in kept if not same(made / path, ROOT / generated / path)]
    assert changed == []


def files(folder: Path) -> list[Path]:
    """Every generated file."""
    return [
        path for pattern in ("*_pb2*.py", "*_pb2*.pyi", "*.binpb") for path in folder.rglob(pattern)
    ]


def same(first: Path, second: Path) -> bool:
    """Whether two files have the same bytes."""
    return filecmp.cmp(first, second, shallow=False)
