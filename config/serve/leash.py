"""Become another program that gets a signal when its parent dies, however that dies.

Run as a file, so that nothing of the site is imported on the way:
`python -I leash.py SIGNAL PARENT PROGRAM [ARGUMENT ...]`.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    signal, parent, *command = sys.argv[1:]
    if sys.platform == "linux":  # elsewhere the next start ends what is left over
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal), 0, 0, 0)
        if os.getppid() != int(parent):
            sys.exit("the parent was gone before its child began")
    os.execv(command[0], command)  # noqa: S606 - the supervisor's own command


if __name__ == "__main__":
    main()
