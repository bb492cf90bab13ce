"""What starts passes: which schedules this machine knows, and the text of one for cron or systemd.

1. a schedule is seen in the crontabs and the units that this user may read, by the program's name
2. what is printed names this program, this configuration and a log beside it by whole paths, since cron has neither
   our folder nor our search path
3. passes take turns: one that finds another at work ends without a word (`--if-free`)
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from orderctl.core import times

CRON, SYSTEMD = "cron", "systemd"
_TABLES = ("/etc/crontab", "/etc/cron.d/*", "/etc/cron.hourly/*", "/etc/cron.daily/*", "/var/spool/cron/crontabs/*")
_UNITS = ("/etc/systemd/system/*.service", "/usr/local/lib/systemd/system/*.service", "/usr/lib/systemd/user/*.service")
_PATIENCE_S = 3
_CRON = """\
# orderctl: add these lines with `crontab -e`, as the user that owns the store.
# A pass says nothing unless something is new; what it says is mailed to MAILTO.
# One that finds another at work ends without a word. {log} has a line
# per event; docs/cron.md has advice about rotating it.
MAILTO={mailto}
"""
_MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class Places:
    """The paths that a schedule names: how this program is called, the configuration, its log, its folder."""

    program: tuple[str, ...]
    config: Path
    log: Path
    copies: Path

    @property
    def folder(self) -> Path:
        """Where the configuration lies."""
        return self.config.parent


def places(config: Path) -> Places:
    """The paths of this program, as it runs now, for the configuration in the file `config`."""
    whole = config.absolute()
    return Places(program(), whole, whole.with_name("orderctl.log"), whole.parent / "backups")


def program() -> tuple[str, ...]:
    """How this program is called from anywhere: one word, or an interpreter and its arguments.

    The one file is named as it was called, never by its cache, which a later version has elsewhere.
    """
    called, is_binary = sys.argv[0], getattr(sys, "frozen", False)
    if is_binary or Path(called).name == "orderctl":
        found = Path(called if "/" in called else shutil.which(called) or called)
        if found.is_file():
            return (str(found.absolute()),)
    return (sys.executable,) if is_binary else (sys.executable, "-m", "orderctl")


def cron(at: Places, every_s: int, mailto: str) -> str:
    """Lines for a crontab: a pass every so often, a copy of the store each night, a look at everything each week.

    ValueError (in words) for a span that cron does not know.
    """
    pattern = _cron_pattern(every_s)
    call, config, log = _shell(at.program), shlex.quote(str(at.config)), shlex.quote(str(at.log))
    copies = shlex.quote(str(at.copies))
    entries = [
        f"{pattern} {call} run --config {config} --if-free --log {log}",
        f'17 3 * * * mkdir -p {copies} && {call} db backup --config {config} {copies}/"$(date +%F)".db --quiet',
        f"47 6 * * 1 {call} doctor --config {config} --quiet",
    ]
    return _CRON.format(log=at.log.name, mailto=mailto or _user()) + "".join(
        entry.replace("%", r"\%") + "\n" for entry in entries
    )


def systemd(at: Places, every_s: int) -> str:
    """A service and what starts it: a timer for spans of a minute or more, else one process that passes again."""
    often = every_s < _MINUTE_S
    span = times.duration_text(every_s).replace(" ", "")
    turns = ["--every", span] if often else ["--if-free"]
    start = _words([*at.program, "run", "--config", str(at.config), *turns, "--log", str(at.log)])
    service = [
        "# /etc/systemd/system/orderctl.service",
        "[Unit]",
        "Description=orderctl: route orders",
        "After=network-online.target",
        "Wants=network-online.target",
        "",
        "[Service]",
        f"Type={'simple' if often else 'oneshot'}",
        f"User={_user()}",
        f"WorkingDirectory={at.folder}",
        f"ExecStart={start}",
        "# 3: something new waits for a person; 5: a channel or location was not completed, the next pass tries again;",
        "# 143: it was stopped",
        "SuccessExitStatus=3 5 143",
        *(["Restart=on-failure", "RestartSec=60"] if often else []),
        "UMask=0077",
        "NoNewPrivileges=true",
        "PrivateTmp=true",
        "ProtectSystem=full",
        "# secrets written as cred:NAME in channels.toml",
        "#LoadCredential=NAME:/etc/orderctl/NAME",
    ]
    started_by = ["", "[Install]", "WantedBy=multi-user.target"]
    timer = [
        "",
        "# /etc/systemd/system/orderctl.timer",
        "[Unit]",
        "Description=orderctl: a pass every so often",
        "",
        "[Timer]",
        "OnBootSec=1min",
        f"OnUnitInactiveSec={span}",
        "AccuracySec=1s",
        "",
        "[Install]",
        "WantedBy=timers.target",
    ]
    enabled = "orderctl.service" if often else "orderctl.timer"
    end = ["", f"# then: systemctl daemon-reload && systemctl enable --now {enabled}"]
    return "\n".join([*service, *(started_by if often else timer), *end]) + "\n"


def seen() -> list[str]:
    """Where this machine is told to start passes, as far as this user may look."""
    found = [str(path) for path in _files(_TABLES) if _starts_passes(_text(path))]
    if not any(place.startswith("/var/spool") for place in found) and _starts_passes(_own_crontab()):
        found.append("crontab -l")
    home = Path(os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config"))  # noqa: PTH111 - Path needs a home
    units = (*_UNITS, str(home / "systemd/user/*.service"))
    return found + [str(path) for path in _files(units) if _starts_passes(_text(path))]


def _cron_pattern(every_s: int) -> str:
    minutes, left = divmod(every_s, _MINUTE_S)
    if left or not minutes:
        raise ValueError("cron knows whole minutes only; for less there is `orderctl run --every`, e.g. under systemd")
    hours, rest = divmod(minutes, 60)
    if hours == 0 and 60 % minutes == 0:
        return "* * * * *" if minutes == 1 else f"*/{minutes} * * * *"
    if rest == 0 and hours <= 24 and 24 % hours == 0:
        return {1: "7 * * * *", 24: "7 5 * * *"}.get(hours, f"7 */{hours} * * *")
    raise ValueError("cron needs a span that divides an hour or a day, e.g. 5 min, 15 min or 2 h")


def _shell(words: Sequence[str]) -> str:
    return " ".join(map(shlex.quote, words))


def _words(words: Sequence[str]) -> str:
    """Words as systemd reads them: no shell, but its own quotes, `%` and `$`."""
    return " ".join(_word(word) for word in words)


def _word(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if any(character.isspace() or character in "\"';" for character in word) else escaped


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "root"


def _files(patterns: Sequence[str]) -> Iterator[Path]:
    for pattern in patterns:
        folder = Path(pattern).parent
        try:
            yield from sorted(folder.glob(Path(pattern).name))
        except OSError:
            continue


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    except OSError:
        return ""


def _own_crontab() -> str:
    crontab = shutil.which("crontab")
    if crontab is None:
        return ""
    try:
        listed = subprocess.run(  # noqa: S603 - a fixed word of the system
            [crontab, "-l"], capture_output=True, text=True, errors="replace", timeout=_PATIENCE_S, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return listed.stdout


def _starts_passes(text: str) -> bool:
    lines = (line.strip() for line in text.splitlines())
    return any("orderctl" in line and " run" in line and not line.startswith(("#", ";")) for line in lines)
