"""Runs the benchmarks, or those that are named: each prints its own tables.

python benchmarks/run.py [NAME…]
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
# Name → script; each is a program of its own too.
BENCHMARKS = ("gateway_routing", "gateway", "grpc_calls", "webhooks", "hang_up", "live_calls")


def main(names: list[str]) -> int:
    """Runs each in a process of its own; gives the worst exit status."""
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        print(f"there is no benchmark {', '.join(sorted(unknown))}: {', '.join(BENCHMARKS)}")
        return 2
    worst = 0
    for name in names or BENCHMARKS:
        print(f"\n# {name}", flush=True)
        worst = max(
            worst, subprocess.run([sys.executable, HERE / f"{name}.py"], check=False).returncode
        )
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
