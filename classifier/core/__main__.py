"""The library from the command line: JSON lines in, JSON lines out, no settings.

`python -m classifier.core {claims,rationale,similar,propose} --help` says what each reads.
"""

import sys

from classifier.core.commands import main

if __name__ == "__main__":
    sys.exit(main())
