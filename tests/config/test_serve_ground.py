"""What keeps the site from starting is said in one line."""

import socket

import pytest

from config.serve.ground import CannotServeError, alone, check_folder, check_port
from tests.config.people import only_root, said_by
from tests.config.ports import free_port


def test_free_port_is_taken_for_free():
    check_port(free_port())


def test_port_in_use_is_named_with_a_way_out():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CannotServeError) as caught:
            check_port(port)
    said = str(caught.value)
    assert said == (
        f"Port {port} cannot be used (Address already in use); stop what holds it, "
        f"or take another: PORT={port % 65535 + 1} make run"
    )


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_number_that_is_no_port_is_named(port):
    with pytest.raises(CannotServeError, match=f"There is no port {port};"):
        check_port(port)


def test_folder_is_made(tmp_path):
    check_folder(tmp_path / "data")
    assert (tmp_path / "data" / "logs").is_dir()


def test_file_in_the_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(
        CannotServeError, match=r"file/data cannot be written .* set BUTFOR_DATA"
    ):
        check_folder(tmp_path / "file" / "data")


@only_root
def test_folder_of_another_user_is_named(data):
    data.chmod(0o755)
    said = said_by("nobody", lambda: check_folder(data))
    assert said == (
        f"CannotServeError: The data folder {data} cannot be written (Permission denied); "
        "set BUTFOR_DATA to a folder that you own."
    )


def test_second_site_on_the_same_data_is_refused(tmp_path):
    with alone(tmp_path, 8123):
        with pytest.raises(CannotServeError) as caught, alone(tmp_path, 8124):
            pass
        assert str(caught.value) == (
            f"The site already runs on {tmp_path} (http://127.0.0.1:8123); "
            "stop it, or set another BUTFOR_DATA."
        )
    with alone(tmp_path, 8124):
        pass
