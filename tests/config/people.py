"""Do something as another user of the system."""

import os
import pwd
import warnings
from collections.abc import Callable

import pytest

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
only_ordinary = pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")


def said_by(name: str, act: Callable[[], object]) -> str:
    """Return what `act` returns, or the text of its error, when the user `name` does it.

    It forks and does not start Python anew, which may lie where only root can read it.
    """
    user = pwd.getpwnam(name)
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", DeprecationWarning
        )  # from 3.12, of forks beside threads
        child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
        try:
            said = str(act())
        except BaseException as error:  # noqa: BLE001 - the parent's test must hear of it
            said = f"{type(error).__name__}: {error}"
        os.write(writer, said.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as stream:
        said = stream.read()
    os.waitpid(child, 0)
    return said
