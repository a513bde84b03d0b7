"""`haechi doctor`: what it says of a good set-up and of bad ones."""


def doctor(server, *flags):
    return server.run(
        "doctor",
        "--data-dir",
        str(server.data_dir),
        "--listen",
        f"127.0.0.1:{server.port}",
        *flags,
        connect=False,
        check=False,
    )


def test_a_stopped_server_in_order_is_in_order(new_server, backend):
    server = new_server()
    server.stop()
    flags = ["--store", server.store] if backend == "postgres" else []
    told = doctor(server, *flags)
    assert told.returncode == 0, told.stdout + told.stderr


def test_a_credentials_file_that_others_may_read_is_found(new_server):
    server = new_server()
    server.stop()
    (server.data_dir / "credentials").chmod(0o644)
    told = doctor(server)
    assert told.returncode != 0
    assert "credentials" in told.stdout + told.stderr


def test_a_seed_file_that_cannot_be_read_is_found(new_server, tmp_path):
    server = new_server()
    server.stop()
    seed = tmp_path / "seed.toml"
    seed.write_text("accounts = 5")
    told = doctor(server, "--seed", str(seed))
    assert told.returncode != 0
    assert "seed" in told.stdout + told.stderr


def test_an_address_in_use_is_found(new_server):
    server = new_server()
    told = doctor(server)
    assert str(server.port) in told.stdout + told.stderr
