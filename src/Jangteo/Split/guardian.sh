# Stops what a split run has started, when the run itself can no longer: it was killed, or lost its terminal. $1 is the variable, as NAME=value, that all of it
# carries in its environment. Our input is a pipe from the run, in which nothing is ever written; it ends when the run does.
trap '' INT TERM HUP
mark=$1
read -r _

# The processes that carry the mark and live: number, parent, name.
carrying() {
  local file process name stat
  for file in $(grep -lzxF -- "$mark" /proc/[0-9]*/environ 2>/dev/null); do
    process=${file#/proc/}
    process=${process%/environ}
    { read -r name <"/proc/$process/comm" && read -r stat <"/proc/$process/stat"; } 2>/dev/null || continue
    # State and parent follow the name, which stands in parentheses and may hold anything.
    read -r state parent _ <<<"${stat##*) }"
    case $state in Z | X) ;; *) printf '%s %s %s\n' "$process" "$parent" "$name" ;; esac
  done
}

# Whoever serves, and the gateway: everything that is neither of the two servers, nor of their helpers, which end with them, nor of this script.
serving() { carrying | awk '$3 !~ /^(postgres|beam.smp|erl_|inet_gethost|sh|bash|grep|awk)/ { print $1 }'; }
broker() { carrying | awk '$3 == "beam.smp" { print $1 }'; }
# Of PostgreSQL the first process only; the others are its children.
database() { carrying | awk '$3 == "postgres" { parent[$1] = $2 } END { for (process in parent) if (!(parent[process] in parent)) print process }'; }

# ended <whose> <seconds>: waits until there are none.
ended() {
  local until=$((SECONDS + $2))
  while [ -n "$($1)" ]; do
    [ "$SECONDS" -lt "$until" ] || return 1
    sleep 0.2
  done
}

kill -TERM $(serving) 2>/dev/null
ended serving 10 || kill -KILL $(serving) 2>/dev/null
kill -TERM $(broker) 2>/dev/null
# A fast shutdown: what is running is rolled back, what was committed is on disk.
kill -INT $(database) 2>/dev/null
ended broker 15 || kill -KILL $(broker) 2>/dev/null
ended database 30
