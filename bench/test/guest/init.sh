#!/bin/busybox sh
# SPDX-License-Identifier: MIT
# init of the guest of test_kernel_pass.sh: the results leave through the second serial line.
/bin/busybox --install -s /bin
export PATH=/bin PARKBENCH_GUEST=1
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mount -t tracefs tracefs /sys/kernel/tracing
stty -F /dev/ttyS1 raw
kernel_pass /out
echo "kernel_pass ended with $?"
echo "instances left: $(ls /sys/kernel/tracing/instances)"
echo "probes left: $(cat /sys/kernel/tracing/kprobe_events)"
uname -r >/out/release
ls /sys/kernel/tracing/instances >/out/instances
cat /sys/kernel/tracing/kprobe_events >/out/probes
tar -C /out -cf - . >/dev/ttyS1
sync
echo "GUEST DONE"
poweroff -f
