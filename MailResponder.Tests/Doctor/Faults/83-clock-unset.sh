#!/bin/sh
# expect: warning clock
keep /usr/local/sbin/chronyc
printf '#!/bin/sh\necho "506 Cannot talk to daemon"; exit 1\n' >/usr/local/sbin/chronyc
chmod 755 /usr/local/sbin/chronyc
