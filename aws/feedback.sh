#!/bin/sh
# feedback.sh - feeds what Amazon SES says of replies, from a queue of SQS, to the responder
#
# usage: feedback.sh QUEUE-URL [ARGUMENT]...
#
# The arguments are those of `responder feedback`, such as --topic. Takes messages until the queue has none to give, and
# deletes those that were used. When one of them could not be, or the responder cannot now, they stay and come again:
# feeding twice does no harm. Their content is written nowhere. For cron; needs the AWS CLI. RESPONDER names the program,
# else it is /usr/local/bin/responder.
# Exit status: 0 all were used, 64 usage, else that of the responder or of aws.
set -eu

if [ $# -lt 1 ]; then
  echo "usage: feedback.sh QUEUE-URL [ARGUMENT]..." >&2
  exit 64
fi
queue=$1
shift

status=0
while :; do
  batch=$(aws sqs receive-message --queue-url "$queue" --max-number-of-messages 10 --wait-time-seconds 1 --output json)
  [ -n "$batch" ] || exit "$status"
  code=0
  printf '%s\n' "$batch" | "${RESPONDER:-/usr/local/bin/responder}" feedback "$@" - || code=$?
  case $code in
    0) ;;
    65)
      # Something in it is no notification, or is not believed. The others were used, and may come again.
      status=65
      continue
      ;;
    *) exit "$code" ;;
  esac
  # The CLI prints each member on a line of its own.
  printf '%s\n' "$batch" | sed -n 's/^ *"ReceiptHandle": "\([^"]*\)",*$/\1/p' | while read -r handle; do
    aws sqs delete-message --queue-url "$queue" --receipt-handle "$handle"
  done
done
