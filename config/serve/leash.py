"""Become another program that gets a signal when its parent dies, however that dies.

Run as a file, so that nothing of the site is imported on the way:
`python -I leash.py SIGNAL PARENT PROGRAM [ARGUMENT ...]`.
"""

import contextlib
import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    number, parent, *command = sys.argv[1:]
    # A script's background job begins with some signals ignored, and what it starts inherits that:
    # until the program has a handler of its own, nothing would end it.
    with contextlib.suppress(OSError):  # SIGKILL cannot be ignored in the first place
        signal.signal(int(number), signal.SIG_DFL)
    if sys.platform == "linux":  # elsewhere the next start ends what is left over
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != int(parent):
            sys.exit("the parent was gone before its child began")
    os.execv(command[0], command)  # noqa: S606 - the supervisor's own command


if __name__ == "__main__":
    main()
