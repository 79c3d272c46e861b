"""The commands as people run them: names, exit codes, what is printed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.training.trees import ROOT, payload, runnable, write


def run(*command: str, cwd: str = ROOT, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run with our Python; nothing of ms-swift is needed."""
    env = {**os.environ, "PYTHON": sys.executable, "PYTHONPATH": ROOT, "PYTHONUTF8": "1", **environ}
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)


def validator(*arguments: str, cwd: str = ROOT) -> subprocess.CompletedProcess[str]:
    return run(
        sys.executable, os.path.join(ROOT, "scripts", "validate_sft_config.py"), *arguments, cwd=cwd
    )


def sft(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-m", "src.sft", *arguments, **environ)


def launcher(*arguments: str, cwd: str = ROOT) -> subprocess.CompletedProcess[str]:
    return run("bash", os.path.join(ROOT, "scripts", "train.sh"), *arguments, cwd=cwd)


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A tree of its own with one flat preset whose rate is misspelt."""
    for folder in ("fusion", "deepspeed"):
        shutil.copytree(Path(ROOT, "configs", folder), tmp_path / "configs" / folder)
    values = payload()
    values["training"]["learning_rat"] = 1.0e-4
    path = tmp_path / "configs" / "train" / "mine.yaml"
    path.parent.mkdir()
    path.write_bytes(write(values))
    return path


@pytest.mark.parametrize(
    "name", ["grpo/dense_2048", "train/grpo/dense_2048", "configs/train/grpo/dense_2048.yaml"]
)
def test_validator_takes_names_and_paths(name: str) -> None:
    done = validator("--config", name)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("configs/train/grpo/dense_2048.yaml: ok (")


def test_findings_are_printed_with_place_and_hint(broken: Path) -> None:
    done = validator("--config", str(broken), cwd="/")
    line = broken.read_text(encoding="utf-8").splitlines().index("  learning_rat: 0.0001") + 1
    assert done.returncode == 1
    what, hint, total = done.stdout.splitlines()
    said = "training.learning_rat is no argument of ms-swift 3.12.1"
    assert what == f"error: configs/train/mine.yaml:{line}:3: {said}"
    assert hint.startswith("hint: did you mean learning_rate")
    assert total == "configs/train/mine.yaml: 1 finding"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 2, "--config"),
        (("--config", "grpo/dens_2048"), 3, "did you mean grpo/dense_2048"),
        (("--config", "README.nope"), 3, "no config is called"),
        (("--config", "debug", "--base-config", "nope"), 3, "no config is called 'nope'"),
    ],
)
def test_validator_exit_codes(arguments: tuple[str, ...], code: int, said: str) -> None:
    done = validator(*arguments)
    assert done.returncode == code
    assert said in done.stderr


def test_unreadable_config_is_exit_code_3(broken: Path) -> None:
    broken.write_text("extends: gone.yaml\n", encoding="utf-8")
    done = validator("--config", str(broken))
    assert done.returncode == 3
    assert done.stderr.startswith(
        "error: configs/train/mine.yaml:1:10: extends configs/train/gone.yaml"
    )


def test_dry_run_prints_the_same_bytes_every_time() -> None:
    first, second = (
        sft("--config", "debug", "--dry-run"),
        sft("--config", "configs/debug.yaml", "--dry-run"),
    )
    assert first.returncode == 0
    assert first.stdout == second.stdout
    data = json.loads(first.stdout)
    assert first.stdout == json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    assert data["arguments"]["max_length"] == payload("configs/debug.yaml")["global_max_length"]


def test_world_size_comes_from_the_environment() -> None:
    steps = [
        json.loads(sft("--config", "grpo/dense_2048", "--dry-run", WORLD_SIZE=size).stdout)[
            "arguments"
        ]["gradient_accumulation_steps"]
        for size in ("1", "3", "8")
    ]
    assert steps == [8, 3, 1]
    assert sft("--config", "debug", "--dry-run", WORLD_SIZE="two").returncode == 2


def test_starting_without_the_data_says_so() -> None:
    done = sft("--config", "debug")
    assert done.returncode == 3
    assert "data/tiny/train.jsonl, which does not exist" in done.stderr


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("grpo/dense_2048", "configs/train/grpo/dense_2048.yaml"),
        ("train/grpo/dense_2048", "configs/train/grpo/dense_2048.yaml"),
        ("sft_dense_1024", "configs/train/sft/dense_1024.yaml"),
        ("smoke/sft_dense", "configs/smoke/sft_dense.yaml"),
        ("debug", "configs/debug.yaml"),
        ("grpo_dense", "configs/train/grpo/dense_2048.yaml"),  # as the plans call it
    ],
)
def test_launcher_finds_configs_from_any_folder(name: str, path: str, tmp_path: Path) -> None:
    done = launcher(f"config={name}", "gpus=3", "dry_run=true", cwd=str(tmp_path))
    assert done.returncode == 0
    assert done.stdout.split() == [
        "CUDA_VISIBLE_DEVICES=3",
        sys.executable,
        "-m",
        "src.sft",
        "--config",
        path,
    ]


def test_several_gpus_start_torchrun() -> None:
    done = launcher("config=debug", "gpus=0,1,5", "debug=true", "dry_run=true")
    assert "torch.distributed.run --standalone --nproc_per_node=3 -m src.sft" in done.stdout
    assert done.stdout.startswith("CUDA_VISIBLE_DEVICES=0,1,5 CUDA_LAUNCH_BLOCKING=1 ")


def test_launcher_explains_itself() -> None:
    done = launcher("--help")
    assert (done.returncode, done.stderr) == (0, "")
    for name in ("config=grpo/dense_2048", "gpus ", "debug ", "dry_run ", "Exit codes"):
        assert name in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("gpus=0",), "config= is missing"),
        (("config=debug", "gpus=a"), "gpus=a is no list"),
        (("config=debug", "gpus=0,"), "gpus=0, is no list"),
        (("config=debug", "learning_rate=1e-4"), "'learning_rate' is no argument"),
        (("config=debug", "debug=yes"), "debug is true or false"),
        (("debug",), "'debug' is no name=value"),
    ],
)
def test_launcher_refuses_what_it_does_not_know(arguments: tuple[str, ...], said: str) -> None:
    done = launcher(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == ""


def test_launcher_starts_nothing_that_has_findings(broken: Path) -> None:
    done = launcher(f"config={broken}", "dry_run=true")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "training.learning_rat" in done.stderr


def test_every_preset_has_a_name_of_its_own() -> None:
    sys.path.insert(0, ROOT)
    from src.names import presets

    names = dict(presets(ROOT))
    found = {os.path.relpath(path, ROOT).replace(os.sep, "/") for path in names.values()}
    assert set(runnable()) <= found
