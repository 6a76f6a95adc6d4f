#!/bin/sh
# drain.sh - empties the mail queue of an EC2 instance before Auto Scaling terminates it
#
# usage: drain.sh GROUP HOOK HOURS
#
# Waits, without a limit, until Auto Scaling terminates this instance (the instance's metadata say so). No new mail
# comes then, because the load balancer was told first. Retries the messages in the queue once a minute. When the queue
# has been empty for two minutes, or after HOURS hours, completes the lifecycle hook HOOK of the group; the instance
# then ends. Mail still in the queue is lost, and the log says how much. Until then asks Auto Scaling for more time
# every ten minutes; it gives at most 48 hours. The service that aws/host.sh makes runs this.
# Needs curl and the AWS CLI.
# Exit status: 0 completed, 64 usage.
set -eu

if [ $# -ne 3 ]; then
  echo "usage: drain.sh GROUP HOOK HOURS" >&2
  exit 64
fi
group=$1
hook=$2
minutes=$(($3 * 60))

# metadata PATH - prints the value, or nothing if the service does not answer or has no such value.
metadata() {
  service=http://169.254.169.254/latest
  if token=$(curl -fsS -m 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' "$service/api/token"); then
    curl -fsS -m 5 -H "X-aws-ec2-metadata-token: $token" "$service/meta-data/$1" || true
  fi
}

lifecycle() {
  aws autoscaling "$1" --auto-scaling-group-name "$group" --lifecycle-hook-name "$hook" \
    --instance-id "$instance" ${2:+"$2" "$3"}
}

# Prints the number of messages in the queue, or nothing if Postfix does not answer. Does not count messages on hold,
# which only the operator can release.
waiting() {
  queue=$(postqueue -j 2>/dev/null) || return 0
  printf '%s\n' "$queue" | grep -c '"queue_name": "[^h]' || true
}

say() {
  logger -p mail.notice -t mail_responder-drain "$*"
}

until [ "$(metadata autoscaling/target-lifecycle-state)" = Terminated ]; do sleep 10; done
until instance=$(metadata instance-id); [ -n "$instance" ]; do sleep 10; done
say "this instance will be terminated; $(waiting) messages are in the queue"

minute=0
empty=0
while [ "$minute" -lt "$minutes" ]; do
  # An instance that is replaced because Postfix died also has mail in its queue.
  postfix status >/dev/null 2>&1 || postfix start >/dev/null 2>&1 || true
  postqueue -f || true
  if [ "$(waiting)" = 0 ]; then empty=$((empty + 1)); else empty=0; fi
  # Three checks take two minutes: the load balancer may keep connections for one minute.
  if [ "$empty" -eq 3 ]; then break; fi
  if [ $((minute % 10)) -eq 0 ]; then lifecycle record-lifecycle-action-heartbeat || say "no more time was given"; fi
  sleep 60
  minute=$((minute + 1))
done

# Adds the answers since the last cron run to the fleet's report.
setpriv --reuid=mail_responder --regid=mail_responder --groups=mail_responder,adm --reset-env \
  /usr/local/bin/responder stats --fleet --email >/dev/null 2>&1 || say "the fleet's report lacks the last minutes"

left=$(waiting)
if [ "$left" = 0 ]; then
  say "the queue is empty"
else
  say "${left:-an unknown number of} messages are lost with this instance"
fi
until lifecycle complete-lifecycle-action --lifecycle-action-result CONTINUE; do sleep 10; done
