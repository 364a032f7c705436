"""`detector release`: list, promote, rollback, recover, prune, export and import versions."""

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from detector.errors import InvalidRequestError, ReleaseRefusedError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from jobs.registry import Registry
    from jobs.release.gate import GateResult
    from jobs.release.rollout import Released
    from services.serving.replicas import ServingReplicas

app = typer.Typer(help="List, promote, roll back, prune, export and import versions.", no_args_is_help=True)

StorePath = Annotated[
    Path, typer.Option("--store", envvar="DETECTOR_STORE", readable=False, help="The store.")
]
Model = Annotated[str, typer.Option("--model", "--name", envvar="DETECTOR_MODEL", help="The model's name.")]
ServingTargets = Annotated[
    list[str] | None,
    typer.Option(
        "--serving",
        envvar="DETECTOR_TFSERVING_TARGET",
        help="TensorFlow Serving as host:port, every address of the name; more than once, or separated by commas.",
    ),
]
ServingStore = Annotated[
    str | None,
    typer.Option(
        envvar="DETECTOR_TFSERVING_STORE",
        help="The store's path as TensorFlow Serving sees it; none: as models.config has it.",
    ),
]
TrustedKeys = Annotated[
    Path | None,
    typer.Option(
        readable=False,
        envvar="DETECTOR_TRUSTED_KEYS",
        help="PEM file of Ed25519 public keys, one of which must have signed the version; none: nobody need have.",
    ),
]
Timeout = Annotated[float, typer.Option(min=1, help="Seconds for TensorFlow Serving to follow each step.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]

STORE, MODEL, TIMEOUT_S = Path("store"), "detector", 300.0
STREAM = Path("-")


@app.command("list")
def list_command(
    store: StorePath = STORE,
    model: Model = MODEL,
    log: Annotated[int, typer.Option(min=0, help="How many of the latest moves to show.")] = 10,
    as_json: Json = False,
) -> None:
    """Show every version, what points to it, and who moved what."""
    from detector.store import Store
    from jobs.cli.release_tables import print_listing
    from jobs.release.listing import list_versions

    listing = list_versions(Store(store), model, moves=log)
    if as_json:
        _print_json(listing.to_json())
    else:
        print_listing(listing, store)


@app.command()
def promote(
    version: Annotated[
        int | None,
        typer.Argument(help="The version; none: the canary, else the newest one above stable."),
    ] = None,
    store: StorePath = STORE,
    model: Model = MODEL,
    canary: Annotated[bool, typer.Option("--canary", help="Make it canary instead of stable.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overrule the gate; recorded in the log.")] = False,
    reason: Annotated[str | None, typer.Option(help="Why, for the log.")] = None,
    trusted_keys: TrustedKeys = None,
    serving: ServingTargets = None,
    serving_store: ServingStore = None,
    timeout: Timeout = TIMEOUT_S,
    as_json: Json = False,
) -> None:
    """Make a version stable, if it passes the gate against the stable one."""
    from jobs.cli.release_tables import photo_progress, print_gate
    from jobs.release.promote import Force
    from jobs.release.promote import promote as do_promote

    if reason is not None and not force:
        raise InvalidRequestError("--reason goes with --force.")
    gates: list[GateResult] = []

    def on_gate(result: "GateResult") -> None:
        gates.append(result)
        if not as_json:
            print_gate(result)

    with _interruptible(), _serving(serving, timeout) as replicas, photo_progress() as on_progress:
        try:
            released = do_promote(
                _open(store, serving_store),
                model,
                version,
                canary=canary,
                serving=replicas,
                force=Force(reason) if force else None,
                trusted=_trusted(trusted_keys),
                say=_say,
                on_gate=on_gate,
                on_progress=on_progress,
            )
        except ReleaseRefusedError:
            if as_json:
                _print_json({"model": model, "refused": True, "gate": gates[0].to_json()})
            raise
    _report(released, replicas, as_json=as_json, more={"gate": gates[0].to_json()} if gates else {})


@app.command()
def rollback(
    store: StorePath = STORE,
    model: Model = MODEL,
    canary: Annotated[
        bool, typer.Option("--canary", help="Take the canary away; stable stays as it is.")
    ] = False,
    serving: ServingTargets = None,
    serving_is_down: Annotated[
        bool,
        typer.Option(
            "--serving-is-down", help="Do not ask TensorFlow Serving; it does as told when it is back."
        ),
    ] = False,
    serving_store: ServingStore = None,
    timeout: Timeout = TIMEOUT_S,
    as_json: Json = False,
) -> None:
    """Go back to the version that was stable before, or take back a release that was stopped half-way."""
    from jobs.release.rollback import rollback as do_rollback

    with _interruptible(), _serving(serving, timeout) as replicas:
        released = do_rollback(
            _open(store, serving_store),
            model,
            canary=canary,
            serving=replicas,
            serving_is_down=serving_is_down,
            say=_say,
        )
    _report(released, replicas, as_json=as_json, more={})


@app.command()
def recover(store: StorePath = STORE, model: Model = MODEL, serving_store: ServingStore = None) -> None:
    """Finish or undo what a killed process left half done, and write models.config anew."""
    from jobs.release.lock import require_store

    found = _open(store, serving_store)
    require_store(found)
    found.recover(model)
    if found.names():
        found.write_serving_config()
    versions = ", ".join(map(str, found.versions(model))) or "none"
    print(f"Nothing of {model} is half done; versions: {versions}")


@app.command()
def prune(
    keep: Annotated[int, typer.Option(min=0, help="How many of the newest versions to keep.")],
    store: StorePath = STORE,
    model: Model = MODEL,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, delete nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Delete the oldest versions, never one that a channel or TensorFlow Serving's configuration points to."""
    from jobs.cli.release_tables import print_pruned
    from jobs.registry import Registry
    from jobs.release.prune import prune as do_prune

    pruned = do_prune(Registry(store), model, keep=keep, dry_run=dry_run)
    if as_json:
        _print_json(pruned.to_json())
    else:
        print_pruned(pruned)


@app.command("export")
def export_command(
    version: Annotated[int, typer.Argument(help="The version.")],
    file: Annotated[
        Path, typer.Argument(readable=False, help="The archive to write, a .tar.gz; - for standard output.")
    ],
    store: StorePath = STORE,
    model: Model = MODEL,
    as_json: Json = False,
) -> None:
    """Write one version, with its held-out photos, into one file with checksums."""
    from detector.store import Store
    from jobs.release.archive import export_to_file, export_version

    if file == STREAM:
        export_version(Store(store), model, version, sys.stdout.buffer)
        return
    exported = export_to_file(Store(store), model, version, file)
    if as_json:
        _print_json(exported.to_json())
    else:
        size = f"{len(exported.contents.entries)} files, {exported.size_bytes / 1e6:.1f} MB"
        print(f"Wrote version {version} of {model} to {file}: {size}")


@app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(readable=False, help="The archive; - for standard input.")],
    store: StorePath = STORE,
    model: Annotated[
        str | None, typer.Option("--model", "--name", help="Refuse an archive of any other model.")
    ] = None,
    number: Annotated[
        str | None, typer.Option("--as", metavar="N|next", help="Another number than the archive's.")
    ] = None,
    trusted_keys: TrustedKeys = None,
    serving_store: ServingStore = None,
    as_json: Json = False,
) -> None:
    """Bring in a version that `export` wrote, checked before anything of it can be seen."""
    from jobs.release.archive import Wanted, import_from_file, import_version

    wanted = Wanted(name=model, number=_number(number), trusted=_trusted(trusted_keys))
    target = _open(store, serving_store)
    with _interruptible(resumable=False):
        if file == STREAM:
            imported = import_version(target, sys.stdin.buffer, wanted, source="The archive")
        else:
            imported = import_from_file(target, file, wanted)
    if as_json:
        _print_json(imported.to_json())
        return
    channel = f" as {imported.channel}" if imported.channel else ""
    verb = "There already, and the same" if imported.already_there else "Imported"
    print(f"{verb}: version {imported.version} of {imported.name}{channel}, {imported.files} files")


def _number(text: str | None) -> int | Literal["next"] | None:
    if text is None:
        return None
    if text == "next":
        return "next"
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise InvalidRequestError(f"--as {text}: a version's number, or next.")
    return int(text)


def _trusted(file: Path | None) -> "tuple[Ed25519PublicKey, ...] | None":
    if file is None:
        return None
    from detector.store.signature import read_trusted_keys

    return read_trusted_keys(file)


def _open(store: Path, serving_store: str | None) -> "Registry":
    from jobs.registry import Registry

    return Registry(store, serving_root=serving_store)


@contextmanager
def _serving(targets: list[str] | None, timeout_s: float) -> "Iterator[ServingReplicas | None]":
    from services.serving.addresses import split_targets
    from services.serving.replicas import ServingReplicas

    named = split_targets(targets or [])
    if not named:
        yield None
        return
    with ServingReplicas(named, timeout_s=timeout_s, say=_say) as serving:
        yield serving


@contextmanager
def _interruptible(*, resumable: bool = True) -> Iterator[None]:
    # `docker stop` and Kubernetes send SIGTERM, which the first process of a container otherwise ignores.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        if resumable:
            _say(
                "Stopped. If the release had begun, the same command finishes it, and `detector release rollback` "
                "takes it back; `detector release list` shows it."
            )
        raise
    finally:
        signal.signal(signal.SIGTERM, before)


def _say(text: str) -> None:
    """To people; what machines read goes to standard output."""
    print(text, file=sys.stderr, flush=True)


def _report(
    released: "Released", replicas: "ServingReplicas | None", *, as_json: bool, more: dict[str, Any]
) -> None:
    from jobs.cli.release_tables import moved_lines

    if as_json:
        _print_json({**released.to_json(), **more})
        return
    print("\n".join(moved_lines(released)))
    if replicas is None and released.before != released.after:
        _say(
            "TensorFlow Serving was not asked: name it with --serving where it serves this store. One that runs "
            "refuses labels on versions that it has not loaded, until it is restarted; promoting the same version "
            "again with --serving shows whether it followed."
        )


def _print_json(value: dict[str, Any]) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))
