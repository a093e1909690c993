"""A real IMAP server: Dovecot of Debian's packages, private to one test, on a free port of this machine."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

MISSING = "This test needs Dovecot's IMAP server: install Debian's package `dovecot-imapd`."


class Dovecot:
    """One account, `shop` with the password `bread`; mail lies in a Maildir."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
        if program is None:
            pytest.fail(MISSING, pytrace=False)
        self.program = program
        self.folder = folder
        self.mail = folder / "mail"
        self.port = _free_port()
        folder.chmod(0o755)
        for name in ("mail/new", "mail/cur", "mail/tmp", "run", "state"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self._open_up()
        me = getpass.getuser()
        self.config = folder / "dovecot.conf"
        self.config.write_text(
            f"""
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:{self.mail}
{"" if os.geteuid() == 0 else f"default_internal_user = {me}" + chr(10) + f"default_login_user = {me}" + chr(10) + f"default_internal_group = {_group()}"}
first_valid_uid = 0
passdb {{
  driver = static
  args = password=bread
}}
userdb {{
  driver = static
  args = uid={_owner()[0]} gid={_owner()[1]} home={folder}
}}
service imap-login {{
  inet_listener imap {{
    port = {self.port}
  }}
  inet_listener imaps {{
    port = 0
  }}
  {"" if os.geteuid() == 0 else "chroot ="}
}}
{"" if os.geteuid() == 0 else "service anvil { chroot = }"}
"""
        )
        self.process = subprocess.Popen([program, "-F", "-c", str(self.config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._await()

    def put(self, content: bytes, name: str) -> None:
        """Deliver a message."""
        path = self.mail / "new" / f"{time.time_ns()}.{name}.test"
        path.write_bytes(content)
        self._open_up()

    def renumber(self) -> None:
        """Make the server count anew: a new UIDVALIDITY, as after a restored mailbox."""
        for path in self.mail.glob("dovecot*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def close(self) -> None:
        """Stop it."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def _open_up(self) -> None:
        if os.geteuid() == 0:
            uid, gid = _owner()
            for path in [self.mail, *self.mail.rglob("*")]:
                os.chown(path, uid, gid)

    def _await(self) -> None:
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
                    if line.recv(100).startswith(b"* OK"):
                        return
            except OSError:
                time.sleep(0.1)
        log = self.folder / "log"
        self.close()
        pytest.fail(f"Dovecot did not start: {log.read_text()[-2000:] if log.exists() else 'no log'}", pytrace=False)


class CutLine:
    """A relay before the server that breaks the line after so many bytes from the server; then it is whole again."""

    def __init__(self, port: int, after_bytes: int) -> None:
        import threading

        self.target, self.left = port, after_bytes
        self.cuts = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        import threading

        while True:
            try:
                near, _who = self.listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self.target))
            threading.Thread(target=self._carry, args=(near, far, False), daemon=True).start()
            threading.Thread(target=self._carry, args=(far, near, True), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, counted: bool) -> None:
        try:
            while chunk := source.recv(4096):
                if counted and self.left >= 0:
                    self.left -= len(chunk)
                    if self.left < 0:
                        self.cuts += 1
                        break
                target.sendall(chunk)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self) -> None:
        self.listener.close()


def _owner() -> tuple[int, int]:
    """Dovecot refuses to serve mail of root: as root the account belongs to nobody."""
    if os.geteuid() == 0:
        import pwd

        nobody = pwd.getpwnam("nobody")
        return nobody.pw_uid, nobody.pw_gid
    return os.geteuid(), os.getegid()


def _group() -> str:
    import grp

    return grp.getgrgid(os.getegid()).gr_name


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
