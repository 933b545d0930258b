"""Writes the client for threads from the one for asyncio.

What `client/asynchronous/` does is done once; taking `async` and `await` out of
it gives `client/synchronous/`. What differs in more than that stands in each
folder's transport.py and authorization.py, which are written by hand.

    python tools/write_synchronous_client.py [--check]
"""

import re
import subprocess
import sys
from pathlib import Path

CLIENT = Path(__file__).resolve().parents[1] / "server" / "voice_recordings" / "client"
BY_HAND = ("__init__.py", "authorization.py", "transport.py")
NOTICE = "# Written by tools/write_synchronous_client.py from ../asynchronous/; not to be edited.\n"

# In this order; each is one habit of asyncio.
REPLACEMENTS = [
    (r"\basync (def|with|for)\b", r"\1"),
    (r"\bawait ", ""),
    (r"\bAwaitable\[([\w.]+,?\s*)\]", r"\1"),
    (r"\b__a(enter|exit|iter)__\b", r"__\1__"),
    (r"\bAsync([A-Z]\w*)\b", r"\1"),
    (r"\bAwaitable, ", ""),
    (r"\bclient\.asynchronous\b", "client.synchronous"),
    (r"for (\w+) in (.+):\n\s+yield \1\n", r"yield from \2\n"),
]


def synchronous(source: str) -> str:
    """The same, without async."""
    for pattern, replacement in REPLACEMENTS:
        source = re.sub(pattern, replacement, source)
    ruff = Path(sys.executable).with_name("ruff")
    for arguments in (["check", "--fix", "--select", "I", "--quiet"], ["format", "--quiet"]):
        source = subprocess.run(
            [ruff, *arguments, "--stdin-filename", CLIENT / "synchronous" / "written.py", "-"],
            input=NOTICE + source if not source.startswith(NOTICE) else source,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    return source


def main(*, check: bool) -> int:
    """Writes the files, or only says which would change."""
    stale = []
    for path in sorted((CLIENT / "asynchronous").glob("*.py")):
        if path.name in BY_HAND:
            continue
        target = CLIENT / "synchronous" / path.name
        text = synchronous(path.read_text())
        if target.exists() and target.read_text() == text:
            continue
        stale.append(target)
        if not check:
            target.write_text(text)
    for target in stale if check else ():
        print(f"{target.relative_to(Path.cwd())} is not what its source says: make generate")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
