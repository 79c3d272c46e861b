"""Run `migrate`, or a program, or nothing; then say the peak memory of this process in bytes."""

import runpy
import sys


def _peak() -> int:
    try:
        with open("/proc/self/status", encoding="ascii") as file:
            line = next(line for line in file if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    except FileNotFoundError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS


def _main(arguments: list[str]) -> int:
    code = 0
    if arguments[:1] == ["migrate"]:
        from migrate.cli.main import run

        code = run(arguments[1:])
    elif arguments:
        sys.argv = arguments
        runpy.run_path(arguments[0], run_name="__main__")
    print(f"peak {_peak()}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
