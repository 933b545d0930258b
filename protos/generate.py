"""Writes Python from .proto files: the project's own, its tests' and its examples'.

Run with the tools of requirements-protoc.txt, as `make generate` does: the
version of protoc decides what the generated code looks like and which protobuf
runtime it needs.

    python protos/generate.py [OUTPUT_FOLDER [PROTOS_FOLDER]]

Without arguments every folder of protos is written to where it is kept.
"""

import sys
from importlib.resources import files
from pathlib import Path

from grpc_tools import protoc

ROOT = Path(__file__).resolve().parents[1]
KEPT = {
    ROOT / "protos": ROOT / "generated",
    ROOT / "tests" / "protos": ROOT / "tests" / "generated",
    ROOT / "examples" / "gateway": ROOT / "examples" / "gateway",
}


def generate(protos: Path, output: Path) -> int:
    """Writes what the protos of a folder say, and gives protoc's exit status.

    Generated code that was in the output before is removed first.
    """
    for old in output.rglob("*_pb2*.py*"):
        old.unlink()
    output.mkdir(parents=True, exist_ok=True)
    sources = sorted(str(path.relative_to(protos)) for path in protos.rglob("*.proto"))
    well_known = files("grpc_tools") / "_proto"
    googleapis = files("google.api").joinpath("annotations.proto")
    status: int = protoc.main(
        [
            "protoc",
            f"--proto_path={protos}",
            f"--proto_path={Path(str(googleapis)).parents[2]}",
            f"--proto_path={well_known}",
            f"--python_out={output}",
            f"--pyi_out={output}",
            f"--grpc_python_out={output}",
            f"--mypy_grpc_out={output}",
            *(_described(output) if protos == ROOT / "protos" else ()),
            *sources,
        ]
    )
    # A file without a service gets an empty stub module; nobody imports it.
    for stub in output.rglob("*_pb2_grpc.py"):
        if "class " not in stub.read_text():
            stub.unlink()
            stub.with_suffix(".pyi").unlink(missing_ok=True)
    return status


def _described(output: Path) -> list[str]:
    """Keeps the comments of our own protos, for the OpenAPI document."""
    descriptors = output / "voicerecordings" / "descriptors.binpb"
    descriptors.parent.mkdir(exist_ok=True)
    return [f"--descriptor_set_out={descriptors}", "--include_source_info"]


def main(arguments: list[str]) -> int:
    """Writes what the command line names, or all that is kept."""
    if not arguments:
        return max(generate(protos, output) for protos, output in KEPT.items())
    output, *source = map(Path, arguments)
    return generate(*source or [ROOT / "protos"], output)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
