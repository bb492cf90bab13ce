"""Every command by name with one line of help, readable without loading any of them.

The lazy group reads the same table, so that a command is listed, suggested and loaded from one entry.
"""

from __future__ import annotations

#: name -> (what to load when it is called, one line of help)
STEPS = {
    "run": ("orderctl.cli.run:run", "One pass: pull, collect, route, dispatch, push."),
    "pull": ("orderctl.cli.steps:pull", "Bring in what channels have."),
    "collect": ("orderctl.cli.steps:collect", "Bring in what locations answered."),
    "route": ("orderctl.cli.steps:route", "Decide where each waiting order ships from."),
    "dispatch": ("orderctl.cli.steps:dispatch", "Hand planned shipments to their locations."),
    "push": ("orderctl.cli.steps:push", "Tell channels of tracking and stock."),
}
NOUNS = {
    "orders": ("orderctl.cli.orders:app", "List orders, show one, decide by hand."),
    "shipments": ("orderctl.cli.shipments:app", "What locations were asked to send."),
    "batches": ("orderctl.cli.batches:app", "What was handed to each location in one go."),
    "exceptions": ("orderctl.cli.exceptions:app", "What waits for a person."),
    "stock": ("orderctl.cli.stock:app", "What lies where, and why."),
    "skus": ("orderctl.cli.skus:app", "What you sell: data, kits, what channels call it."),
    "rules": ("orderctl.cli.rules:app", "Check, list and test the rules, compare them with history."),
    "channels": ("orderctl.cli.channels:app", "Where orders come from, and what goes back."),
    "locations": ("orderctl.cli.locations:app", "What can ship, and whether it works now."),
    "config": ("orderctl.cli.config:app", "Check channels.toml, show what is in force."),
    "report": ("orderctl.cli.report:app", "Look back: what was decided, what was better."),
    "db": ("orderctl.cli.db:app", "Copy the store, put a copy back, check that it is sound."),
    "privacy": ("orderctl.cli.privacy:app", "Customers' data: what there is, taking it out for good."),
}
ALSO = {
    "status": ("orderctl.cli.status:status", "How things stand; the same as orderctl alone."),
    "init": ("orderctl.cli.init:init", "Set up a folder: configuration, rules, tests of them."),
    "doctor": ("orderctl.cli.doctor:doctor", "Is everything well? A line each, with the fix."),
    "web": ("orderctl.cli.web:web", "Orders, stock and questions in a browser, read only."),
    "schedule": ("orderctl.cli.schedule:schedule", "What cron or systemd needs to start passes."),
    "completion": ("orderctl.cli.completion:completion", "What a shell needs to complete words."),
    "reconcile": ("orderctl.cli.reconcile:app", "Compare what others say with what is stored."),
    "simulate": ("orderctl.cli.simulate:simulate", "Rehearse a peak: N times the orders, what gives way first."),
    "explain": ("orderctl.cli.explain:explain", "Why an order was decided as it was."),
    "help": ("orderctl.cli.codes:help_", "What a code means: exit, exception, finding."),
}
COMMANDS = STEPS | NOUNS | ALSO

OPTIONS = {
    "-c, --config FILE": "channels.toml; else $ORDERCTL_CONFIG, ./channels.toml",
    "-r, --rules FILE": "rules.toml; default as channels.toml says, else beside it",
    "--db FILE": "the store; default as channels.toml says",
    "--format FORMAT": "table, json, csv or tsv; --json and --csv for short",
    "--quiet, --verbose": "say less, say more",
    "--help": "what a command does, its options and its exit codes",
}
EXITS = {
    0: "done",
    1: "a bug; nothing was half done",
    2: "arguments or a file are wrong; nothing was touched",
    3: "done, and something new waits for a person",
    4: "another orderctl holds the store",
    5: "a channel or location was not completed; the rest was",
    6: "the store cannot be used",
    7: "a check found a difference",
    130: "stopped by Ctrl-C; 143: by a signal",
}

_EXAMPLES = """\
Nothing is set up in this folder. To begin:

  orderctl init --demo shop     a made-up shop; then: cd shop && orderctl run
  orderctl init shop            your own: it asks what sells and what ships
  orderctl doctor               is everything there, does everybody answer?
  orderctl run --dry-run        what a pass would do; nothing is changed
  orderctl explain 1001         why an order was decided as it was
  orderctl status -c /srv/shop/channels.toml
  orderctl --help               every command, option and exit code
"""
_HEAD = """\
Usage: orderctl COMMAND [ARGUMENTS] [OPTIONS]

Every channel's orders in one SQLite file, routed by rules that you can test.
"""


def help_text(*, begin: bool = False) -> str:
    """What `orderctl --help` says; `begin` = how to begin, for somebody who has not set up anything yet."""
    if begin:
        return _EXAMPLES
    width = max(map(len, [*COMMANDS, *OPTIONS]))
    sections = {
        "Steps of a pass": {name: line for name, (_, line) in STEPS.items()},
        "Nouns with verbs": {name: line for name, (_, line) in NOUNS.items()},
        "Also": {name: line for name, (_, line) in ALSO.items()},
        "Options of every command": OPTIONS,
        "Exit codes": {str(code): line for code, line in EXITS.items()},
    }
    parts = [_HEAD]
    for title, entries in sections.items():
        rows = "".join(f"  {name:<{width}}  {line}\n" for name, line in entries.items())
        parts.append(f"\n{title}:\n{rows}")
    return "".join(parts)
