"""Writes generated/ from the .proto files beside this script.

Run with the tools of requirements-protoc.txt, as `make generate` does: the
version of protoc decides what the generated code looks like and which protobuf
runtime it needs.

    python protos/generate.py [OUTPUT_FOLDER]
"""

import shutil
import sys
from importlib.resources import files
from pathlib import Path

from grpc_tools import protoc

PROTOS = Path(__file__).resolve().parent


def generate(output: Path) -> int:
    """Empties the output folder, fills it, and gives protoc's exit status."""
    if output.exists():
        shutil.rmtree(output)
    output.mkdir(parents=True)
    sources = sorted(str(path.relative_to(PROTOS)) for path in PROTOS.rglob("*.proto"))
    well_known = files("grpc_tools") / "_proto"
    googleapis = files("google.api").joinpath("annotations.proto")
    status: int = protoc.main(
        [
            "protoc",
            f"--proto_path={PROTOS}",
            f"--proto_path={Path(str(googleapis)).parents[2]}",
            f"--proto_path={well_known}",
            f"--python_out={output}",
            f"--pyi_out={output}",
            f"--grpc_python_out={output}",
            f"--mypy_grpc_out={output}",
            *sources,
        ]
    )
    # A file without a service gets an empty stub module; nobody imports it.
    for stub in output.rglob("*_pb2_grpc.py"):
        if "class " not in stub.read_text():
            stub.unlink()
            stub.with_suffix(".pyi").unlink(missing_ok=True)
    return status


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else PROTOS.parent / "generated"
    sys.exit(generate(target))
