#!/bin/sh
# feedback.sh - feeds what Amazon SES says of replies, from a queue of SQS, to the responder
#
# usage: feedback.sh QUEUE-URL [ARGUMENT]...
#
# The arguments are those of `responder feedback`, such as --topic. Takes messages until the queue has none to give, or
# for five minutes, and deletes those that were used. What the responder refuses stays: a line says why, and the queue's
# redrive policy (docs/feedback.md) moves it into its dead-letter queue, for a topic that is misspelt in the settings
# must lose nothing. While the responder cannot use anything, nothing is taken, so that no message is moved for its fault.
# Feeding twice does no harm. The content of messages is written nowhere.
#
# One at a time for each user who runs it: a lock on the user's home folder, which others must not be able to open. For
# cron; needs the AWS CLI. RESPONDER names the program, else it is /usr/local/bin/responder.
# Exit status: 0 all were used, or another one is running; 64 usage; 65 some were refused; else that of the responder or
# of aws, 124 when that did not end within two minutes.
set -eu

if [ $# -lt 1 ]; then
  echo "usage: feedback.sh QUEUE-URL [ARGUMENT]..." >&2
  exit 64
fi
queue=$1
shift
end=$(($(date +%s) + 300))

exec 9<"${HOME:?names no folder to lock}"
if ! flock -n 9; then
  echo "feedback.sh: another one is still running"
  exit 0
fi

sqs() {
  command=$1
  shift
  timeout 120 aws sqs "$command" --queue-url "$queue" "$@"
}

# Lets the responder count on standard output, and prints what it complains about.
exec 3>&1
feed() {
  timeout 120 "${RESPONDER:-/usr/local/bin/responder}" feedback "$@" - 2>&1 >&3
}

# Prints the values of a member of the messages, which the CLI shows on a line of its own.
each() {
  printf '%s\n' "$batch" | sed -n 's/^ *"'"$1"'": "\([^"]*\)",*$/\1/p'
}

code=0
said=$(feed "$@" </dev/null 3>/dev/null) || code=$?
if [ "$code" -ne 0 ]; then
  printf '%s\n' "$said" >&2
  exit "$code"
fi

status=0
refused=
while [ "$(date +%s)" -lt "$end" ]; do
  # Ten minutes until a message that stays is given out again: after this run.
  batch=$(sqs receive-message --max-number-of-messages 10 --wait-time-seconds 1 --visibility-timeout 600 --output json)
  [ -n "$batch" ] || exit "$status"
  code=0
  said=$(printf '%s\n' "$batch" | feed "$@") || code=$?
  [ -z "$said" ] || printf '%s\n' "$said" >&2
  case $code in 0 | 65) ;; *) exit "$code" ;; esac
  # A fault names the place of its message; one that names none is about the whole batch.
  bad=$(printf '%s\n' "$said" | sed -n 's/^standard input:[^ ]* item 1, Messages\[\([0-9]*\)\].*/\1/p;t;s/.*/all/p')
  number=0
  again=
  for handle in $(each ReceiptHandle); do
    number=$((number + 1))
    id=$(each MessageId | sed -n "${number}p")
    if [ "$code" -eq 0 ] || ! printf '%s\n' "$bad" | grep -qxE "all|$number"; then
      sqs delete-message --receipt-handle "$handle"
    else
      status=65
      case " $refused " in *" $id "*) again=yes ;; esac
      refused="$refused $id"
    fi
  done
  # The queue has begun to give out again what was refused.
  [ -z "$again" ] || exit "$status"
done
exit "$status"
