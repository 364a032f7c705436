"""Generates the Python code of every .proto file below this folder: `python proto/generate.py [--check]`.

`proto/a/b/c.proto` becomes `a/b/c_pb2.py` and `c_pb2.pyi` at the root of the project. If it declares a service,
`c_pb2_grpc.py` is written to the room that serves gRPC, since `detector/`, which has the messages, is free of gRPC.
With `--check` nothing is written: exit code 1 names the files that are stale.
"""

import argparse
import re
import shutil
import tempfile
from pathlib import Path

import grpc_tools
from grpc_tools import protoc

PROTO_ROOT = Path(__file__).resolve().parent
PROJECT_ROOT = PROTO_ROOT.parent
SERVICES_FOLDER = Path("services", "gateway", "rpc")
WELL_KNOWN_TYPES = Path(grpc_tools.__file__).parent / "_proto"


def generate(output: Path) -> None:
    """Write the generated modules of all .proto files below `output`."""
    sources = sorted(PROTO_ROOT.rglob("*.proto"))
    services = [source for source in sources if declares_service(source)]
    run_protoc(sources, f"--python_out={output}", f"--pyi_out={output}")
    if services:
        with tempfile.TemporaryDirectory() as folder:
            run_protoc(services, f"--grpc_python_out={folder}")
            (output / SERVICES_FOLDER).mkdir(parents=True, exist_ok=True)
            for stub in Path(folder).rglob("*_pb2_grpc.py"):
                shutil.copyfile(stub, output / SERVICES_FOLDER / stub.name)


def declares_service(source: Path) -> bool:
    return re.search(r"^service\s", source.read_text("utf-8"), re.MULTILINE) is not None


def run_protoc(sources: list[Path], *options: str) -> None:
    arguments = ["protoc", f"-I{PROTO_ROOT}", f"-I{WELL_KNOWN_TYPES}", *options]
    if protoc.main([*arguments, *map(str, sources)]) != 0:
        raise SystemExit("protoc failed; its messages above name the file and the line.")


def stale_files(fresh: Path) -> list[Path]:
    """Paths, relative to the project, whose generated code differs from `fresh`."""
    generated = [path.relative_to(fresh) for path in sorted(fresh.rglob("*.py*"))]
    return [path for path in generated if not has_content(PROJECT_ROOT / path, (fresh / path).read_bytes())]


def has_content(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def main() -> None:
    parser = argparse.ArgumentParser(description="Generate Python code from proto/.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if generated code is stale")
    if not parser.parse_args().check:
        generate(PROJECT_ROOT)
        return
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder))
        stale = stale_files(Path(folder))
    if stale:
        raise SystemExit(f"Stale generated code, run `make proto`: {', '.join(map(str, stale))}")


if __name__ == "__main__":
    main()
