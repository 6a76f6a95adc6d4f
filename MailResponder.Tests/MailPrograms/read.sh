#!/bin/sh
# read.sh - saves the attachments of a mail with a real mail program, each under the name that the program finds
#
# usage: read.sh PROGRAM MAIL
#
# Saves into the current folder, which must be empty. RESPONDER_NPM names npm's folder.
set -eu

program=$1 mail=$2
HOME=$PWD
export HOME LC_ALL=C.UTF-8 TERM=xterm

# Uses a parser from npm: $1 is JavaScript that makes a list of [name, content] from the mail's bytes.
npm_reader() {
  NODE_PATH=$RESPONDER_NPM node -e '
    const fs = require("fs")
    const read = async mail => '"$1"'
    const save = ([name, content]) => fs.writeFileSync(name, content)
    read(fs.readFileSync(process.argv[1])).then(files => files.forEach(save))
    ' "$mail"
}

case $program in
  munpack)
    munpack -q "$mail"
    ;;
  ripmime)
    ripmime --no-nameless -i "$mail" -d .
    ;;
  mhstore)
    mkdir mh
    echo "Path: $PWD/mh" >mh/profile
    MH=mh/profile /usr/bin/mh/mhstore -auto -file "$mail"
    ;;
  perl)
    perl -MMIME::Parser -e '
      my $parser = MIME::Parser->new;
      $parser->output_under("/nowhere");
      $parser->output_to_core(1);
      for ($parser->parse_open($ARGV[0])->parts_DFS) {
        my $name = $_->head->recommended_filename // next;
        open my $file, ">", $name or die "$name: $!\n";
        $_->bodyhandle->print($file);
      }
      ' "$mail"
    ;;
  mailparser)
    npm_reader '(await require("mailparser").simpleParser(mail)).attachments.map(a => [a.filename, a.content])'
    ;;
  letterparser)
    npm_reader 'require("letterparser").extract(mail.toString("latin1")).attachments.map(a => [a.filename, a.body])'
    ;;
  *)
    echo "read.sh: no program $program" >&2
    exit 64
    ;;
esac
