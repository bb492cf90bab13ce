"""Completion: what bash, zsh or fish needs, to be read when a shell starts."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from typer import Argument

from orderctl.cli.answers import Answer, Printout, table
from orderctl.cli.command import storeless
from orderctl.cli.options import Shared

_COLUMNS = {"shell": "shell", "text": "_text"}


class Shell(StrEnum):
    """The shells that are known."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


BASH = """\
# orderctl: in ~/.bashrc: eval "$(orderctl completion bash)"
_orderctl() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        if [ "$line" = __files__ ]; then
            compopt -o default 2>/dev/null
            return
        fi
        line=${line%%$'\\t'*}
        case $line in *[!A-Za-z0-9_./:=-]*) compopt -o filenames 2>/dev/null ;; esac
        COMPREPLY+=("$line")
    done < <(orderctl __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _orderctl orderctl
"""
ZSH = """\
#compdef orderctl
# orderctl: in ~/.zshrc, after compinit: eval "$(orderctl completion zsh)"
_orderctl() {
    local line
    local -a found shown
    while IFS= read -r line; do
        if [[ $line == __files__ ]]; then
            _files
            return
        fi
        found+=("${line%%$'\\t'*}")
        shown+=("${line/$'\\t'/  -- }")
    done < <(orderctl __complete "${(@)words[2,CURRENT]}" 2>/dev/null)
    (( ${#found} )) && compadd -l -d shown -a found
}
compdef _orderctl orderctl
"""
FISH = """\
# orderctl: orderctl completion fish > ~/.config/fish/completions/orderctl.fish
function __orderctl_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l found (orderctl __complete $words[2..-1] 2>/dev/null)
    if test "$found[1]" = __files__
        __fish_complete_path (commandline -ct)
    else if test (count $found) -gt 0
        printf '%s\\n' $found
    end
end
complete -c orderctl -f -a '(__orderctl_complete)'
"""
SCRIPTS = {Shell.BASH: BASH, Shell.ZSH: ZSH, Shell.FISH: FISH}


@storeless
def completion(
    said: Shared,  # noqa: ARG001
    shell: Annotated[Shell, Argument(metavar="SHELL", help="bash, zsh or fish.")],
) -> Answer:
    """Print what a shell needs to complete commands, options, and names: orders, SKUs, rules, channels, locations.

    Exit: 0 done, 2 no such shell.
    """
    value = {"shell": str(shell), "text": SCRIPTS[shell]}
    return Printout(SCRIPTS[shell].encode(), value, table(_COLUMNS, [value]))
