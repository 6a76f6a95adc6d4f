#!/bin/sh
# expect: fault clock
keep /usr/local/sbin/chronyc
cat >/usr/local/sbin/chronyc <<'END'
#!/bin/sh
echo 'System time     : 421.000012345 seconds slow of NTP time'
echo 'Leap status     : Normal'
END
chmod 755 /usr/local/sbin/chronyc
