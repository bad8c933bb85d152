"""Debian's mail server on this machine: loopback only, in a folder of its own, delivering to Maildirs."""

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
    """Runs while the context lasts and takes mail for `readers` only, encrypted; `tls` is its key and certificate."""

    def __init__(self, program: Path, tls: bytes, readers: tuple[str, ...]) -> None:
        self._program, self._tls, self._readers = program, tls, readers
        self.port = _free_port()

    def __enter__(self) -> "Postfix":
        # Its processes are several users', who cannot look into pytest's folders.
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
        """What tells the program of this server."""
        return {"DIGEST_SMTP_HOST": "localhost", "DIGEST_SMTP_PORT": str(self.port), "DIGEST_SMTP_TLS": "starttls"}

    @property
    def log(self) -> str:
        """What it did so far."""
        return (self._folder / "log").read_text("utf-8")

    def answer(self, address: str, reply: str) -> None:
        """From now on say this to who writes to `address`; ``OK`` lets everybody through."""
        (self._folder / "access").write_text(f"{address} {reply}\n")
        self._run("reload")

    def until(self, seen: Callable[[], bool], what: str) -> None:
        """Wait, but not for ever."""
        end = time.monotonic() + PATIENCE
        while not seen():
            assert time.monotonic() < end, f"{what} did not come:\n{self.log}"
            time.sleep(0.02)

    def boxes(self) -> dict[str, list[bytes]]:
        """The messages in each mailbox, once everything that was taken has been delivered."""
        self.until(lambda: not self._queued(), "the end of the queue")
        found = {}
        for reader in self._readers:
            box = self._folder / "boxes" / reader
            found[reader] = [it.read_bytes() for it in sorted((box / "new").iterdir())] if box.exists() else []
        return found

    def _queued(self) -> bool:
        # In the order in which a message goes through them, so that none is overlooked on its way.
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
