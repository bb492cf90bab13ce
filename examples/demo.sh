#!/usr/bin/env bash
# Two days of a small shop, on files alone, in a copy of this folder that is made anew each time.
#
# Usage: demo.sh [ORDERCTL [ARGUMENT]...]     the program to use; default: the orderctl on the path
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
program=("${@:-orderctl}")
case ${program[0]} in
    /*) ;;
    */*) program[0]="$PWD/${program[0]}" ;;
esac
orderctl() { "${program[@]}" "$@"; }

unset ORDERCTL_CONFIG             # the demo is about its own files
copy="$(mktemp -d "${TMPDIR:-/tmp}/orderctl-demo.XXXXXX")"
cp -R "$here"/channels.toml "$here"/rules.toml "$here"/rules.test.toml "$copy"
cp -R "$here"/inbox "$here"/stock "$here"/rates "$here"/answers "$copy"
cd "$copy"

# Without a terminal a pass is silent when all is well, as cron likes it; here it is to be seen.
table=""
[ -t 1 ] || table=" --format table"

heading() { printf '\n== %s\n' "$1"; }

# try CODE COMMAND: show the command, run it, and stop the demo if it ends with another code.
try() {
    local code=0
    printf '\n$ %s\n' "$2"
    eval "$2" 2>&1 || code=$?
    if [ "$code" -ne "$1" ]; then
        printf 'demo: that was exit %s, not %s; the files are in %s\n' "$code" "$1" "$copy" >&2
        exit 1
    fi
}

heading "Monday to Friday's orders are in inbox/, the locations' counts in stock/. One pass:"
try 3 "orderctl run$table"
printf '\n(exit 3: all is done, and something new waits for a person)\n'
try 0 "orderctl orders list --limit 6"
try 0 "orderctl orders list --state held"

heading "Reno has its work as a file:"
try 0 "cut -d, -f1-6,9-11 out/reno/*-0001.csv | head -n 4"

heading "No single place has both the chair and the tees, so this order ships in two parcels:"
try 0 "orderctl orders show WEB-1009 | head -n 15"

heading "What a person has to look at, with the reason:"
try 0 "orderctl exceptions list"

heading "Saturday: the locations answer, one payment arrives, and there is a new order."
try 0 "mkdir in; cp -R answers/newark answers/reno answers/rotterdam answers/lumen in; cp answers/web/* inbox/web"
try 3 "orderctl run$table"

heading "The shop is told what left, and with which tracking number:"
try 0 "cut -d, -f2-4,6,9,10 outbox/web/tracking-000001.csv | head -n 4"

heading "Lumen could not make one of its lamps. The same pass sent it to Newark instead:"
try 0 "orderctl orders show WEB-1008"

heading "Another pass finds nothing new, and changes nothing:"
try 0 "orderctl run$table"

cat <<END

All of it lies in $copy. From there, try

  cd $copy
  orderctl orders list --state backordered
  printf 'sku,quantity\nKETTLE-COPPER,12\n' > kettles.csv
  orderctl stock import kettles.csv --location newark
  orderctl run --dry-run            what the kettles would do; without --dry-run it is done

with ${program[*]} as orderctl, or change rules.toml and begin again.
END
