"""How much memory there is: the machine's, or what its container may take."""

import pytest

from app.machine import memory

MACHINE = 8_000_000 * 1024


@pytest.fixture
def root(tmp_path):
    """A machine of 8 million kB."""
    write(tmp_path, "proc/meminfo", "MemTotal:        8000000 kB\nMemFree:         1 kB\n")
    return tmp_path


def write(root, name, text):
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)


def test_without_a_container_it_is_the_machine_s(root):
    assert memory(root) == MACHINE


@pytest.mark.parametrize(
    ("groups", "name", "limit"),
    [
        ("0::/", "sys/fs/cgroup/memory.max", "512000000"),  # version 2, from inside
        ("0::/a/b", "sys/fs/cgroup/a/b/memory.max", "512000000"),
        ("0::/a/b", "sys/fs/cgroup/a/memory.max", "512000000"),  # a group around it
        ("4:cpu,memory:/a", "sys/fs/cgroup/memory/a/memory.limit_in_bytes", "512000000"),  # version 1
        ("4:memory:/docker/x", "sys/fs/cgroup/memory/memory.limit_in_bytes", "512000000"),  # mounted as the root
    ],
)
def test_a_container_s_limit_holds_where_it_is_less(root, groups, name, limit):
    write(root, "proc/self/cgroup", f"5:cpuset:/\n{groups}\n")
    write(root, name, limit)
    assert memory(root) == 512_000_000


@pytest.mark.parametrize("limit", ["max", "9223372036854771712", "nonsense"])
def test_no_limit_is_none(root, limit):
    write(root, "proc/self/cgroup", "0::/a\n4:memory:/a\n")
    write(root, "sys/fs/cgroup/a/memory.max", limit)
    write(root, "sys/fs/cgroup/memory/a/memory.limit_in_bytes", limit)
    assert memory(root) == MACHINE


def test_of_several_limits_the_least_holds(root):
    write(root, "proc/self/cgroup", "0::/a/b\n")
    write(root, "sys/fs/cgroup/a/memory.max", "300000000")
    write(root, "sys/fs/cgroup/a/b/memory.max", "400000000")
    assert memory(root) == 300_000_000


def test_this_machine_has_some():
    assert memory() > 100_000_000
