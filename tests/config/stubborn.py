"""A program that heeds no polite signal and has started another: `python -m ... MARK`."""

import signal
import subprocess
import sys
import time

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as other:
        sys.stdout.write(f"{other.pid}\n")
        sys.stdout.flush()
        time.sleep(600)
