"""protos/ keep their style, and nothing published breaks."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool

ROOT = Path(__file__).parents[1]
BUF = Path(sys.executable).with_name("buf")
PUBLISHED = "protos/published.binpb"


def buf(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Runs buf in a copy of the repository's protos."""
    return subprocess.run(
        [BUF, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What buf reads, to be changed at will."""
    subprocess.run(["make", "-s", ".cache/googleapis"], cwd=ROOT, check=True)
    shutil.copytree(ROOT / "protos", tmp_path / "protos")
    shutil.copytree(ROOT / ".cache" / "googleapis", tmp_path / ".cache" / "googleapis")
    shutil.copy(ROOT / "buf.yaml", tmp_path)
    return tmp_path


@pytest.mark.check
def test_every_exception_to_the_style_is_needed(copy: Path) -> None:
    """Without any one of them buf finds fault, so none is left over."""
    assert buf(copy, "lint").stdout == ""
    text = (ROOT / "buf.yaml").read_text()
    exceptions = [line for line in text.splitlines() if line.startswith("    - ") and "_" in line]
    assert exceptions
    for line in exceptions:
        (copy / "buf.yaml").write_text(text.replace(f"{line}\n", ""))
        assert buf(copy, "lint").returncode != 0, line


@pytest.mark.check
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  string ready_uri = 12;", ""),
        ("  string ready_uri = 12;", "  string ready_uri = 13;"),
        ("  string ready_uri = 12;", "  string webhook_uri = 12;"),
        ("    SUCCEEDED = 2;", "    DONE = 2;"),
        ("  rpc DeleteRecording(", "  rpc RemoveRecording("),
    ],
    ids=["field-gone", "tag-changed", "field-renamed", "value-renamed", "method-renamed"],
)
def test_what_would_break_a_client_is_found(copy: Path, old: str, new: str) -> None:
    """In the public contract, say."""
    against = ("--exclude-imports", "--against", PUBLISHED)
    assert buf(copy, "breaking", *against).stdout == ""
    file = copy / "protos" / "enfonica" / "voice" / "v1beta1" / "recordings.proto"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    found = buf(copy, "breaking", *against)
    assert found.returncode != 0
    assert "enfonica" in found.stdout


def test_descriptors_are_complete(tmp_path: Path) -> None:
    """A reader that knows nothing else can use every service of protos/."""
    to = tmp_path / "set.binpb"
    command = [sys.executable, "-m", "voice_recordings", "descriptors", "--output", str(to)]
    subprocess.run(command, check=True)
    pool = DescriptorPool()
    found = FileDescriptorSet.FromString(to.read_bytes())
    for file in found.file:
        pool.Add(file)
    ours = {str(path.relative_to(ROOT / "protos")) for path in (ROOT / "protos").rglob("*.proto")}
    assert ours <= {file.name for file in found.file}
    method = pool.FindServiceByName("enfonica.voice.v1beta1.Recordings").methods[0]
    assert method.input_type.fields_by_name["name"].number == 1
    to_output = subprocess.run(command[:-2], check=True, capture_output=True).stdout
    assert to_output == to.read_bytes()
