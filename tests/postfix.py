"""Postfix on loopback, in a folder of its own, with delivery to Maildirs."""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = localhost
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
default_transport = error:nothing leaves this machine
virtual_mailbox_domains = {domains}
virtual_mailbox_maps = texthash:{folder}/readers
virtual_mailbox_base = {folder}/boxes
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
smtpd_recipient_restrictions = check_recipient_access texthash:{folder}/access, reject_unauth_destination
smtpd_tls_security_level = encrypt
smtpd_tls_chain_files = {folder}/tls.pem
smtpd_tls_received_header = yes
"""
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
virtual unix - n n - - virtual
postlog unix-dgram n - n - 1 postlogd
"""
PATIENCE = 20  # seconds


class Postfix:
    """Postfix as a context manager. It accepts encrypted mail for `readers` only. `tls` is its key and certificate."""

    def __init__(self, program: Path, tls: bytes, readers: tuple[str, ...]) -> None:
        self._program, self._tls, self._readers = program, tls, readers
        self.port = _free_port()

    def __enter__(self) -> "Postfix":
        # Its processes run as several users, without access to pytest's folders.
        self._folder = Path(tempfile.mkdtemp(prefix="postfix-"))
        self._folder.chmod(0o755)
        try:
            self._configure()
            self._run("start")
        except BaseException:
            shutil.rmtree(self._folder)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._run("stop")
        shutil.rmtree(self._folder)

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables that select this server."""
        return {"DIGEST_SMTP_HOST": "localhost", "DIGEST_SMTP_PORT": str(self.port), "DIGEST_SMTP_TLS": "starttls"}

    @property
    def log(self) -> str:
        """Return its log so far."""
        return (self._folder / "log").read_text("utf-8")

    def answer(self, address: str, reply: str) -> None:
        """Reply with `reply` to mails to `address` from now on. ``OK`` accepts them."""
        (self._folder / "access").write_text(f"{address} {reply}\n")
        self._run("reload")

    def until(self, seen: Callable[[], bool], what: str) -> None:
        """Wait until `seen` is true, with a time limit."""
        end = time.monotonic() + PATIENCE
        while not seen():
            assert time.monotonic() < end, f"{what} did not come:\n{self.log}"
            time.sleep(0.02)

    def boxes(self) -> dict[str, list[bytes]]:
        """Wait until all accepted mail is delivered, and return the messages in each mailbox."""
        self.until(lambda: not self._queued(), "the end of the queue")
        boxes = {}
        for reader in self._readers:
            box = self._folder / "boxes" / reader
            boxes[reader] = [path.read_bytes() for path in sorted((box / "new").iterdir())] if box.exists() else []
        return boxes

    def _queued(self) -> bool:
        # In the order in which a message moves through them, so that none is missed.
        queues = (self._folder / "queue" / name for name in ("maildrop", "incoming", "active", "deferred"))
        return any(path.is_file() for queue in queues for path in queue.rglob("*"))

    def _configure(self) -> None:
        config = self._folder / "config"
        boxes = self._folder / "boxes"
        for folder in (config, boxes, self._folder / "queue"):
            folder.mkdir()
        shutil.chown(boxes, 65534, 65534)
        domains = sorted({reader.partition("@")[2] for reader in self._readers})
        (config / "main.cf").write_text(MAIN.format(folder=self._folder, domains=" ".join(domains)))
        (config / "master.cf").write_text(MASTER.format(port=self.port))
        (self._folder / "readers").write_text("".join(f"{reader} {reader}/\n" for reader in self._readers))
        (self._folder / "access").touch()
        key = self._folder / "tls.pem"
        key.touch(0o600)
        key.write_bytes(self._tls)

    def _run(self, command: str) -> None:
        call = [str(self._program), "-c", str(self._folder / "config"), command]
        run = subprocess.run(call, capture_output=True, text=True, check=False, timeout=60)
        assert run.returncode == 0, (command, run.stderr, self.log if (self._folder / "log").exists() else "no log")


def _free_port() -> int:
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return int(it.getsockname()[1])
