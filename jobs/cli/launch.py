"""`detector launch`: `detector train` in a Kubernetes cluster, followed from here."""

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detector.errors import InvalidRequestError
from jobs.launch.request import DEFAULT_CPU, DEFAULT_MEMORY

if TYPE_CHECKING:
    from jobs.launch.cluster import Cluster
    from jobs.launch.request import LaunchRequest

IMAGE = "pocket-detector/train:0.2.0"


def command(
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[DATA] [-- TRAIN OPTIONS]",
            help="Folder or zip of photos within the dataset's claim; after --, options of `detector train`.",
        ),
    ] = None,
    dataset_claim: Annotated[
        str | None, typer.Option(help="PersistentVolumeClaim with the photos; none: built-in shapes.")
    ] = None,
    dataset_sub_path: Annotated[str | None, typer.Option(help="Mount this folder of it only.")] = None,
    store_claim: Annotated[str, typer.Option(help="PersistentVolumeClaim with the store.")] = "store",
    store_sub_path: Annotated[str | None, typer.Option(help="The store's folder in it.")] = None,
    namespace: Annotated[
        str | None, typer.Option("--namespace", "-n", help="Namespace; none: the context's.")
    ] = None,
    context: Annotated[
        str | None, typer.Option(help="Context of the kubeconfig; none: its current one.")
    ] = None,
    kubeconfig: Annotated[
        Path | None,
        typer.Option(
            readable=False, help="Kubeconfig; none: $KUBECONFIG, ~/.kube/config, or the pod's own account."
        ),
    ] = None,
    image: Annotated[str, typer.Option(help="The training image, as the nodes pull it.")] = IMAGE,
    pull_policy: Annotated[str, typer.Option(help="IfNotPresent, Always or Never.")] = "IfNotPresent",
    pull_secret: Annotated[str | None, typer.Option(help="Secret with the registry's credentials.")] = None,
    cpu: Annotated[
        str, typer.Option(help="Processors kept free for the pod; idle ones are used too.")
    ] = DEFAULT_CPU,
    memory: Annotated[str, typer.Option(help="Memory asked for, and the limit.")] = DEFAULT_MEMORY,
    node_selector: Annotated[
        list[str] | None, typer.Option(help="KEY=VALUE that the node must be labelled with; repeatable.")
    ] = None,
    service_account: Annotated[str | None, typer.Option(help="Service account of the pod.")] = None,
    retries: Annotated[int, typer.Option(help="How often a pod that dies is replaced.")] = 3,
    keep_hours: Annotated[float, typer.Option(help="How long the finished Job and its log are kept.")] = 24.0,
    job_name: Annotated[str | None, typer.Option(help="Name of the Job; none: one that is free.")] = None,
    attach: Annotated[
        str | None, typer.Option(metavar="JOB", help="Follow this Job instead of submitting one.")
    ] = None,
    detach: Annotated[
        bool, typer.Option("--detach", help="Submit, print the Job's name, do not follow.")
    ] = False,
    delete_on_interrupt: Annotated[
        bool, typer.Option("--delete-on-interrupt", help="Ctrl-C deletes the Job; else it goes on.")
    ] = False,
    start_timeout: Annotated[
        float, typer.Option(help="Seconds to wait where the cluster has no room for the pod.")
    ] = 120.0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print events as JSON lines instead of a progress bar.")
    ] = False,
) -> None:
    """Train in a Kubernetes cluster: submit a Job, follow it as if it ran here, end with its exit code."""
    data, train_options = _split(arguments or [])
    if attach is not None and (data or train_options or dataset_claim or job_name or detach):
        raise InvalidRequestError("--attach follows a Job that is there: say nothing else of a new one.")
    # Kubernetes' own way to say stop, where this runs in a pod itself.
    signal.signal(signal.SIGTERM, signal.default_int_handler)

    from jobs.cli.train_options import check_train_options
    from jobs.launch.connection import connect
    from jobs.launch.manifest import generated_name
    from jobs.launch.request import LaunchRequest

    request = None
    if attach is None:
        model = check_train_options(train_options)
        request = LaunchRequest(
            image=image, job_name=job_name or generated_name(model), model=model, data=data,
            dataset_claim=dataset_claim, dataset_sub_path=dataset_sub_path, store_claim=store_claim,
            store_sub_path=store_sub_path, train_options=train_options, cpu=cpu, memory=memory, retries=retries,
            kept_hours=keep_hours, pull_policy=pull_policy, pull_secret=pull_secret, service_account=service_account,
            node_selector=_labels(node_selector or []),
        )  # fmt: skip
    cluster = connect(kubeconfig=kubeconfig, context=context, namespace=namespace)
    name = attach if request is None else request.job_name
    assert name is not None
    try:
        _begin(cluster, name, request)
        if detach:
            print(name)
            return
        exit_code = _follow(cluster, name, as_json=as_json, patience_s=start_timeout)
    except KeyboardInterrupt:
        _interrupted(cluster, name, request, delete=delete_on_interrupt)
        raise
    raise typer.Exit(exit_code)


def _split(arguments: list[str]) -> tuple[str | None, tuple[str, ...]]:
    """DATA, and what came after the `--`, which the parser leaves out."""
    if arguments and not arguments[0].startswith("-"):
        return arguments[0], tuple(arguments[1:])
    return None, tuple(arguments)


def _labels(pairs: list[str]) -> dict[str, str]:
    for pair in pairs:
        if "=" not in pair:
            raise InvalidRequestError(f"--node-selector {pair} is not KEY=VALUE.")
    return dict(pair.split("=", 1) for pair in pairs)


def _begin(cluster: "Cluster", name: str, request: "LaunchRequest | None") -> None:
    from jobs.launch.launch import existing, submit

    if request is None:
        existing(cluster, name)
        return
    job = submit(cluster, request)
    _say(f"Submitted Job {job.name} in namespace {cluster.namespace}.")


def _follow(cluster: "Cluster", name: str, *, as_json: bool, patience_s: float) -> int:
    from jobs.cli.progress import show_events
    from jobs.launch.follow import Listener, follow

    with show_events(as_json=as_json) as on_event:
        listener = Listener(on_event=on_event, on_line=_say, notice=_say)
        result = follow(cluster, name, listener, patience_s=patience_s)
    if result.message is not None:
        _say(f"error: {result.message}")
    return result.exit_code


def _interrupted(cluster: "Cluster", name: str, request: "LaunchRequest | None", *, delete: bool) -> None:
    from jobs.launch.launch import withdraw

    if not delete:
        _say(
            f"If Job {name} was submitted, it goes on in the cluster: `detector launch --attach {name} --namespace "
            f"{cluster.namespace}` follows it, `kubectl delete job {name} -n {cluster.namespace}` ends it."
        )
    elif withdraw(cluster, name, launch_id=None if request is None else request.launch_id):
        _say(f"Deleted Job {name}. The same training, launched again, goes on after the last finished epoch.")
    else:
        _say(f"There is no Job {name} to delete.")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
