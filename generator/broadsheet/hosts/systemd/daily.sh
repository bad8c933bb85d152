#!/bin/sh
# One run of this digest, for cron or systemd: with a lock and a log, and quiet unless something is wrong. cron mails the
# output. See `broadsheet docs hosting`.
set -u
cd "$(dirname "$0")" || exit 1
PATH=$PWD/.venv/bin:$PATH
# Keys and addresses, each a line NAME=VALUE, readable by you alone (chmod 600): DIGEST_LLM_KEY, DIGEST_RSYNC_TO.
keys=$HOME/.config/broadsheet.env
if [ -f "$keys" ]; then
    set -a
    . "$keys"
    set +a
fi
mkdir -p .digest
exec 9> .digest/daily.lock
flock --nonblock 9 || { echo "an earlier run is still active: nothing was done" >&2; exit 1; }

code=0
broadsheet run --scheduled --no-build > .digest/daily.log 2>&1 || code=$?
grep "nothing to fetch" .digest/daily.log >&2
broadsheet build --site site >> .digest/daily.log 2>&1 || code=$?
# DIGEST_RSYNC_TO=user@host:/var/www/papers/ sends the site to a web server. Changed files take their places at the end.
if [ -n "${DIGEST_RSYNC_TO:-}" ]; then
    rsync --archive --delete-after --delay-updates site/ "$DIGEST_RSYNC_TO" >> .digest/daily.log 2>&1 || code=$?
fi
[ "$code" = 0 ] || cat .digest/daily.log >&2
exit "$code"
