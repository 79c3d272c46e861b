#!/usr/bin/env bash
# Start a training from one config. No hyperparameters here: they are in the config.
#
#   bash scripts/train.sh config=grpo/dense_2048 gpus=0,1 [debug=true] [dry_run=true]
#
# config   a name below configs/ or configs/train/, a preset of the plans, or a path
# gpus     device numbers; one starts a process, several start torchrun
# debug    more to read when something hangs: synchronous kernels, verbose collectives
# dry_run  print the command, start nothing
#
# Exit codes: 1 the config has findings, 2 wrong arguments, 3 no such config, else the trainer's.
set -euo pipefail

usage() {
    printf 'error: %s\nhint: bash scripts/train.sh config=grpo/dense_2048 gpus=0,1 [debug=true] [dry_run=true]\n' "$1" >&2
    exit 2
}

help() {
    sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//p;}' "${BASH_SOURCE[0]}"
    exit 0
}

flag() {
    case $2 in true | false) ;; *) usage "$1 is true or false, not '$2'" ;; esac
}

config='' gpus=0 debug=false dry_run=false
for argument in "$@"; do
    case $argument in
        -h | --help) help ;;
        config=*) config=${argument#*=} ;;
        gpus=*) gpus=${argument#*=} ;;
        debug=*) debug=${argument#*=} ;;
        dry_run=*) dry_run=${argument#*=} ;;
        *=*) usage "'${argument%%=*}' is no argument; what a run does is said in its config" ;;
        *) usage "'$argument' is no name=value" ;;
    esac
done
[[ -n $config ]] || usage 'config= is missing'
[[ $gpus =~ ^[0-9]+(,[0-9]+)*$ ]] || usage "gpus=$gpus is no list such as 0,1"
flag debug "$debug"
flag dry_run "$dry_run"

[[ $config == */* && -f $config ]] && config=$(cd "$(dirname "$config")" && pwd)/$(basename "$config")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [[ -z ${PYTHON:-} ]]; then
    PYTHON=python3
    for candidate in .venv/bin/python .venv-trainer/bin/python; do
        if [[ -x $candidate ]]; then PYTHON=$candidate; fi
    done
fi

config=$("$PYTHON" -m src.names "$config")
"$PYTHON" scripts/validate_sft_config.py --config "$config" >&2

IFS=, read -ra devices <<<"$gpus"
variables=("CUDA_VISIBLE_DEVICES=$gpus")
if [[ $debug == true ]]; then
    variables+=(CUDA_LAUNCH_BLOCKING=1 PYTHONFAULTHANDLER=1 TORCH_DISTRIBUTED_DEBUG=DETAIL)
fi
command=("$PYTHON")
if ((${#devices[@]} > 1)); then
    command+=(-m torch.distributed.run --standalone "--nproc_per_node=${#devices[@]}")
fi
command+=(-m src.sft --config "$config")

if [[ $dry_run == true ]]; then
    printf '%s' "${variables[*]}"
    printf ' %q' "${command[@]}"
    printf '\n'
    exit 0
fi
exec env "${variables[@]}" "${command[@]}"
