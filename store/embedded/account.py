"""As whom the embedded server runs: as ourselves, or, since PostgreSQL refuses root, under a number that is nobody's.

For root a user id is taken that no account has, so that no other program shares it: accounts such as `nobody` or
`postgres` may run services that would get at the files. initdb alone needs a name for its user; it runs as `nobody`,
before there is any data, and the folder changes hands afterwards.
"""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stimmung.speech.errors import StoreError
from stimmung.store.embedded.binaries import EXTERNAL, TIMEOUT, Programs

# Ids that neither adduser (to 60000), systemd (others up to 65533), nor a container's 65536 ids leave in use:
# https://systemd.io/UIDS-GIDS/
FIRST_ID, IDS = 60_706, 478
BUILDER = "nobody"  # exists wherever PostgreSQL does
HERE = "/proc/self/cwd"  # the folder that a program was started in, whoever may not pass the folders above it
SOFTWARE_CACHE = Path("/var/cache/stimmung")  # root's, and open to all: programs only
ENVIRONMENT: Mapping[str, str] = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}  # none of our keys among them


@dataclass(frozen=True, slots=True)
class Account:
    """The user that a program of the server runs as; `foreign` where that is not our own."""

    uid: int
    gid: int
    foreign: bool


def is_root() -> bool:
    """Say whether we are root."""
    return os.geteuid() == 0


def client_name() -> str:
    """Return our own name, by which the server knows us. Raises StoreError where the system knows none."""
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError as error:
        raise StoreError(
            f"the user id {os.geteuid()} has no name on this system, and the database knows users by name: add it to"
            f" /etc/passwd, {EXTERNAL}"
        ) from error


def builder() -> Account:
    """Return who runs initdb."""
    if not is_root():
        return Account(os.geteuid(), os.getegid(), foreign=False)
    import pwd

    try:
        entry = pwd.getpwnam(BUILDER)
    except KeyError as error:
        raise StoreError(f"there is no user {BUILDER!r}: run stimmung as an ordinary user, {EXTERNAL}") from error
    return Account(entry.pw_uid, entry.pw_gid, foreign=True)


def runner(cluster: Path) -> Account:
    """Return who runs the server: the cluster's owner, or where there is none yet whoever shall own it."""
    if not is_root():
        return Account(os.geteuid(), os.getegid(), foreign=False)
    try:
        found = cluster.stat()
    except FileNotFoundError:
        number = _free_id(cluster)
        return Account(number, number, foreign=True)
    if found.st_uid == 0:
        raise StoreError(f"{cluster}: belongs to root, as whom no PostgreSQL runs: restore a backup into a new folder")
    return Account(found.st_uid, found.st_gid, foreign=True)


def hand_over(folder: Path, account: Account) -> None:
    """Give the folder and all in it to the account; links are given away themselves, not what they point to."""
    if not account.foreign:
        return
    try:
        for _path, folders, files, handle in os.fwalk(folder):
            os.fchown(handle, account.uid, account.gid)
            for name in (*folders, *files):
                os.chown(name, account.uid, account.gid, dir_fd=handle, follow_symlinks=False)
    except OSError as error:
        raise StoreError(
            f"{folder}: cannot be given to the database's user {account.uid}: {error.strerror}; run stimmung as an"
            f" ordinary user, {EXTERNAL}"
        ) from error


def folder_argument(cluster: Path, account: Account) -> str:
    """Return how a program started in `cluster` names it: a server of root's may not pass /root, but starts inside."""
    return HERE if account.foreign else str(cluster)


def start_as(account: Account, cluster: Path, arguments: list[str], inherited: int) -> subprocess.Popen[str]:
    """Start a program in the cluster's folder as the account, out of reach of the terminal's Ctrl-C.

    It inherits the open file `inherited` and nothing else, neither files nor environment.
    """
    extra = {"user": account.uid, "group": account.gid, "extra_groups": []} if account.foreign else {}
    return subprocess.Popen(  # type: ignore[call-overload, no-any-return]  # the three as keywords from a mapping
        arguments,
        cwd=cluster,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        umask=0o077,
        start_new_session=True,
        pass_fds=(inherited,),
        **extra,
    )


def reachable(programs: Programs, accounts: tuple[Account, ...]) -> Programs:
    """Return programs that the accounts can start: these, or where they lie below a private folder, a copy.

    The copy, in a folder of root's that is open to all, holds no data and may be deleted when no server runs.
    """
    if all(_can_run(programs, account) for account in accounts):
        return programs
    copy = _copied(programs)
    if not all(_can_run(copy, account) for account in accounts):
        raise StoreError(f"{copy.folder}: the database's user cannot run programs there; run stimmung as another user")
    return copy


def _free_id(cluster: Path) -> int:
    """Choose an id that no account has, mostly another one for each cluster."""
    import grp
    import pwd

    taken = {entry.pw_uid for entry in pwd.getpwall()} | {entry.gr_gid for entry in grp.getgrall()}
    first = int.from_bytes(hashlib.sha256(os.fsencode(cluster)).digest()[:4], "big") % IDS
    for place in range(IDS):
        number = FIRST_ID + (first + place) % IDS
        if number not in taken:
            return number
    raise StoreError(f"no user id from {FIRST_ID} is free: run stimmung as an ordinary user, {EXTERNAL}")


def _can_run(programs: Programs, account: Account) -> bool:
    if not account.foreign:
        return True
    try:
        result = subprocess.run(
            [programs.path("postgres"), "--version"],
            cwd="/",
            env=ENVIRONMENT,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
            user=account.uid,
            group=account.gid,
            extra_groups=[],
        )
    except PermissionError:
        return _refuse_without_rights(account)
    return result.returncode == 0


def _refuse_without_rights(account: Account) -> bool:
    """Say no where the program was out of reach; raise StoreError where we may not become another user at all."""
    try:
        subprocess.run(
            ["/bin/true"], cwd="/", timeout=TIMEOUT, check=False, user=account.uid, group=account.gid, extra_groups=[]
        )
    except PermissionError as error:
        raise StoreError(
            "PostgreSQL does not run as root, and this root may not start it as another user (container without"
            f" SETUID and SETGID?): run stimmung as an ordinary user, {EXTERNAL}"
        ) from error
    return False


def _copied(programs: Programs) -> Programs:
    """Return a copy in root's cache, made now if there is none."""
    stamp = hashlib.sha256(os.fsencode(programs.folder)).hexdigest()[:8]
    size = programs.path("postgres").stat()
    package = programs.folder.parent
    copy = SOFTWARE_CACHE / f"{package.name}-{stamp}-{int(size.st_mtime)}"
    inside = Path(package.name, programs.folder.name)  # programs look for libraries beside their package
    libraries = package.with_name(f"{package.name}.libs")
    if not copy.is_dir():
        partial = copy.with_name(f"{copy.name}.{os.getpid()}")
        for part in ("bin", "lib", "share"):
            shutil.copytree(programs.folder / part, partial / inside / part, symlinks=True)
        if libraries.is_dir():
            shutil.copytree(libraries, partial / libraries.name, symlinks=True)
        for path in (partial, *partial.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        try:
            partial.rename(copy)
        except OSError:  # another process was quicker
            shutil.rmtree(partial)
    for path in (SOFTWARE_CACHE, copy):
        found = path.lstat()
        if found.st_uid != 0 or found.st_mode & 0o022:
            raise StoreError(f"{path}: others may write there, so that no program is run from it: delete it")
    return Programs(copy / inside)
