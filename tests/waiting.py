"""Waiting for what AWS itself only promises to be eventual."""

import time


def until(read, satisfied, seconds=10):
    """Reads until the value satisfies, and returns it; the last value explains a failure."""
    give_up = time.monotonic() + seconds
    while True:
        value = read()
        if satisfied(value):
            return value
        assert time.monotonic() < give_up, f"still not there after {seconds} s: {value!r}"
        time.sleep(0.1)
