"""No network of any kind: no socket can be made, by any road."""

import contextlib
import platform
import socket

import pytest

pytestmark = pytest.mark.isolation

KINDS = [
    ("AF_INET", "SOCK_STREAM"),
    ("AF_INET", "SOCK_DGRAM"),
    ("AF_INET", "SOCK_RAW"),
    ("AF_INET6", "SOCK_STREAM"),
    ("AF_INET6", "SOCK_DGRAM"),
    ("AF_UNIX", "SOCK_STREAM"),
    ("AF_UNIX", "SOCK_DGRAM"),
    ("AF_NETLINK", "SOCK_RAW"),
    ("AF_PACKET", "SOCK_RAW"),
    ("AF_VSOCK", "SOCK_STREAM"),
    ("AF_ALG", "SOCK_SEQPACKET"),
]


@pytest.mark.parametrize("kind", KINDS, ids="-".join)
def test_no_socket_can_be_made(stage, kind):
    family, form = kind
    name, number, _ = stage.ask(
        f"import socket\nsocket.socket(socket.{family}, socket.{form})"
    )
    assert name in ("PermissionError", "OSError")
    assert number in (1, 101)  # EPERM, ENETUNREACH


@pytest.fixture
def ears():
    """Listen on TCP, UDP and an abstract address; collect whatever arrives."""
    heard = []
    with contextlib.ExitStack() as stack:
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        udp = stack.enter_context(socket.socket(type=socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", 0))
        local = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        local.bind("\0cs231n-ears")
        for ear in (tcp, udp, local):
            ear.settimeout(0.0)

        def listen():
            for ear, get in ((tcp, tcp.accept), (udp, udp.recv), (local, local.recv)):
                with contextlib.suppress(BlockingIOError):
                    heard.append((ear, get() if get == tcp.accept else get(100)))
            return heard

        yield tcp.getsockname()[1], udp.getsockname()[1], listen


def test_nothing_reaches_a_listener(stage, ears):
    tcp, udp, listen = ears
    answer = stage.ask(
        f"""
        import socket, urllib.request
        answer = []
        def attempt(function):
            try:
                answer.append(repr(function()))
            except OSError as error:
                answer.append(None)
        attempt(lambda: socket.create_connection(("127.0.0.1", {tcp}), 1))
        attempt(lambda: urllib.request.urlopen("http://127.0.0.1:{tcp}", timeout=1))
        attempt(lambda: socket.getaddrinfo("example.org", 80))
        attempt(lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(
            b"x", ("127.0.0.1", {udp})))
        attempt(lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(
            b"x", "\\0cs231n-ears"))
        left, right = socket.socketpair()
        attempt(lambda: left.connect("\\0cs231n-ears"))
        attempt(lambda: left.bind("\\0mine"))
        attempt(lambda: left.sendto(b"x", "\\0cs231n-ears"))
        attempt(lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM))
        """
    )
    assert answer == [None] * 9
    assert listen() == []


def test_pairs_of_sockets_within_a_child_work(stage):
    code = "import asyncio\nanswer = asyncio.run(asyncio.sleep(0, 'done'))"
    assert stage.ask(code) == "done"


@pytest.mark.skipif(platform.machine() != "x86_64", reason="numbers of x86_64")
def test_raw_system_calls_get_no_further(stage):
    answer = stage.ask(
        """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        def call(number, *arguments):
            result = libc.syscall(number, *map(ctypes.c_long, arguments))
            return ctypes.get_errno() if result < 0 else "ok"
        x32 = 0x40000000
        answer = {
            "socket": call(41, 2, 1, 0),
            "socket by x32": call(x32 | 41, 2, 1, 0),
            "io_uring_setup": call(425, 1, 0),
            "a call of tomorrow": call(600),
        }
        """
    )
    assert answer == {
        "socket": 101,
        "socket by x32": 38,
        "io_uring_setup": 1,
        "a call of tomorrow": 38,
    }


@pytest.mark.skipif(platform.machine() != "x86_64", reason="32-bit calls of x86")
def test_the_old_interrupt_kills(stage):
    """`int 0x80` reaches the 32-bit table, whose numbers mean other things."""
    _, ending = stage.play(
        """
        import ctypes, mmap
        code = bytes.fromhex("b814000000" "cd80" "c3")  # mov eax, 20; int 0x80; ret
        rights = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
        page = mmap.mmap(-1, 4096, prot=rights)
        page.write(code)
        address = ctypes.addressof(ctypes.c_char.from_buffer(page))
        answer = ctypes.CFUNCTYPE(ctypes.c_int)(address)()
        """
    )
    assert ending in ("signal 31", "signal 11")  # SIGSYS; SIGSEGV without 32-bit calls
