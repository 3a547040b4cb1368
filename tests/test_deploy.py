"""The manifests in deploy/: they can be read, and say what the program, the image and each other's schema know."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import yaml

from digitize.cli import cli

DEPLOY = Path(__file__).resolve().parents[1] / "deploy"
# The fields that KubeRay's API reference (ray.io/v1) names, as far as they are used.
JOB = {
    "entrypoint", "entrypointNumCpus", "shutdownAfterJobFinishes", "ttlSecondsAfterFinished", "backoffLimit", "submissionMode",
    "rayClusterSpec",
}  # fmt: skip
CLUSTER, HEAD = {"rayVersion", "headGroupSpec", "workerGroupSpecs"}, {"rayStartParams", "template"}
WORKERS = HEAD | {"groupName", "replicas", "minReplicas", "maxReplicas"}
# Those of the Compose specification, the same.
SERVICE = {
    "image", "environment", "shm_size", "entrypoint", "healthcheck", "ports", "depends_on", "restart", "mem_limit", "profiles",
}  # fmt: skip


def read(name: str) -> Any:
    """A manifest."""
    return yaml.safe_load((DEPLOY / name).read_text("utf-8"))


def parsed(command: list[str]) -> dict[str, Any]:
    """What `digitize` makes of a command line."""
    assert command[:2] == ["digitize", "run"]
    return cli.commands["run"].make_context("run", command[2:]).params


def test_the_ray_job_has_the_fields_of_its_kind() -> None:
    """KubeRay would drop a field that it does not know, and say nothing."""
    job = read("rayjob.yaml")
    assert (job["apiVersion"], job["kind"]) == ("ray.io/v1", "RayJob")
    spec = job["spec"]
    cluster = spec["rayClusterSpec"]
    assert (spec.keys(), cluster.keys(), cluster["headGroupSpec"].keys()) == (JOB, CLUSTER, HEAD)
    assert [group.keys() for group in cluster["workerGroupSpecs"]] == [WORKERS]
    assert all(isinstance(value, str) for value in cluster["headGroupSpec"]["rayStartParams"].values())
    assert parsed(shlex.split(spec["entrypoint"]))["engine"] == "ray"


def test_nothing_is_read_on_the_head_and_readers_fit_their_pods() -> None:
    """The head has no processors for readers, and as many readers are asked for as the pods have at most."""
    spec = read("rayjob.yaml")["spec"]
    cluster = spec["rayClusterSpec"]
    assert cluster["headGroupSpec"]["rayStartParams"]["num-cpus"] == "0"
    (group,) = cluster["workerGroupSpecs"]
    (pod,) = group["template"]["spec"]["containers"]
    jobs = parsed(shlex.split(spec["entrypoint"]))["jobs"]
    assert jobs == group["replicas"] * int(pod["resources"]["limits"]["cpu"])
    assert int(pod["resources"]["limits"]["memory"].removesuffix("Gi")) >= 2.5 * int(pod["resources"]["limits"]["cpu"])


def test_the_compose_file_has_the_fields_of_its_kind() -> None:
    """And the run is one that the program takes."""
    compose = read("compose.yaml")
    assert compose.keys() == {"name", "x-node", "services"}
    assert all(service.keys() <= SERVICE for service in compose["services"].values())
    assert {name for each in compose["services"].values() for name in each.get("depends_on", ())} == {"head"}
    shell, option, line, _ = compose["services"]["run"]["entrypoint"]
    joins, _, runs = line.replace("$$", "$").partition(" && exec ")
    assert (shell, option, joins) == ("sh", "-c", "ray start --address=head:6379 --num-cpus=0 >&2")
    asked = parsed([*shlex.split(runs)[:-1], "s3://a/in", "--output", "s3://a/out"])
    assert (runs.endswith(' "$@"'), asked["engine"], asked["address"]) == (True, "ray", "auto")


def test_no_machine_of_an_archive_speaks_to_anybody() -> None:
    """Ray's usage statistics are off on every node."""
    job, compose = read("rayjob.yaml")["spec"]["rayClusterSpec"], read("compose.yaml")["services"]
    pods = [group["template"]["spec"]["containers"][0] for group in (job["headGroupSpec"], *job["workerGroupSpecs"])]
    told = [{each["name"]: each["value"] for each in pod["env"]} for pod in pods]
    told += [service["environment"] for service in compose.values()]
    assert [each["RAY_USAGE_STATS_ENABLED"] for each in told] == ["0"] * 5


def test_all_speak_of_the_image_that_is_built() -> None:
    """By the command at the head of each file, with the extras that a cluster needs."""
    for name in ("rayjob.yaml", "compose.yaml"):
        text = (DEPLOY / name).read_text("utf-8")
        assert "docker build --build-arg EXTRAS=ray,s3 " in text
        assert len(set(re.findall(r"(?:image: |-t )(\S*digitize:ray)", text))) == 1
