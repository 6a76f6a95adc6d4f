#!/bin/sh
# send.sh - writes a request with a real mail program and submits it by SMTP
#
# usage: send.sh PROGRAM PORT FROM TO
#
# Works in the current folder, which must be empty. RESPONDER_NPM names npm's folder.
set -eu

program=$1 port=$2 from=$3 to=$4
HOME=$PWD
export HOME LC_ALL=C.UTF-8 TERM=xterm EMAIL="$from"
subject="Please, a tool"
printf 'Hello,\nI need a tool.\n' >body
printf 'From: Zahra <%s>\nTo: %s\nSubject: %s\n\n' "$from" "$to" "$subject" | cat - body >draft

case $program in
  mutt)
    cat >rc <<END
set from="$from" realname="Zahra" use_envelope_from record="" ssl_starttls=no ssl_force_tls=no
set smtp_url="smtp://127.0.0.1:$port"
END
    mutt -n -F rc -s "$subject" -- "$to" <body
    ;;
  s-nail)
    s-nail -:/ -S v15-compat -S mta="smtp://127.0.0.1:$port" -S smtp-auth=none -S DEAD=/dev/null \
      -S from="Zahra <$from>" -s "$subject" "$to" <body
    ;;
  bsd-mailx)
    printf '#!/bin/sh\nexec msmtp --host=127.0.0.1 --port=%s --from="%s" "$@"\n' "$port" "$from" >sendmail
    chmod +x sendmail
    echo "set sendmail=$PWD/sendmail" >rc
    MAILRC=rc bsd-mailx -r "$from" -s "$subject" "$to" <body
    ;;
  swaks)
    swaks --silent 2 --server "127.0.0.1:$port" --from "$from" --to "$to" --header "Subject: $subject" --body @body
    ;;
  msmtp)
    msmtp --host=127.0.0.1 --port="$port" --from="$from" -- "$to" <draft
    ;;
  alpine)
    cat >rc <<END
personal-name=Zahra
user-domain=freemail.test
customized-hdrs=From: Zahra <$from>
smtp-server=127.0.0.1:$port/notls
default-fcc=""
END
    # alpine reads keys only from a terminal. Ctrl-X and y send the message; keys before alpine waits for them are lost.
    while sleep 0.5 && printf '\030y' 2>/dev/null; do :; done |
      script --quiet --return --command "alpine -p rc -url 'mailto:$to?subject=Please&body=I%20need%20a%20tool'" \
        typescript >/dev/null
    ;;
  nmh)
    echo "Path: $PWD" >profile
    MH=profile /usr/bin/mh/send -mts smtp -server 127.0.0.1 -port "$port" "$PWD/draft"
    ;;
  git)
    git send-email --quiet --from "Zahra <$from>" --to "$to" --smtp-server 127.0.0.1 --smtp-server-port "$port" \
      --smtp-encryption none --suppress-cc all --confirm never --no-validate draft
    ;;
  perl)
    perl -MMIME::Entity -e '
      my ($port, $from, $to, $subject) = @ARGV;
      my $mail = MIME::Entity->build(From => "Zahra <$from>", To => $to, Subject => $subject, Path => "body");
      $mail->smtpsend(Host => "127.0.0.1", Port => $port, MailFrom => $from) or die "not sent\n"
      ' "$port" "$from" "$to" "$subject"
    ;;
  nodemailer)
    NODE_PATH=$RESPONDER_NPM node -e '
      const [port, from, to, subject] = process.argv.slice(1);
      const text = require("fs").readFileSync("body", "utf8");
      require("nodemailer").createTransport({ host: "127.0.0.1", port, ignoreTLS: true })
        .sendMail({ from: { name: "Zahra", address: from }, to, subject, text })
      ' "$port" "$from" "$to" "$subject"
    ;;
  *)
    echo "send.sh: no program $program" >&2
    exit 64
    ;;
esac
