"""The library from the command line: JSON lines in, JSON lines out, no settings.

`python -m classifier.core --help` names the commands; each says with `--help` what it reads.
"""

import sys

from classifier.core.commands import main

if __name__ == "__main__":
    sys.exit(main())
