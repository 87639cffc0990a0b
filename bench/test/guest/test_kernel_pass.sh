#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# test_kernel_pass.sh PROGRAM - the kernel pass on real CPU hotplug, in guests: Debian's kernels.
#
# PARKBENCH_TEST_KERNELS names the vmlinuz files, with blanks between; without it the newest one of
# the lab's is taken (`parkbench lab kernels`), and without one of those, or without QEMU, the test is
# skipped. PARKBENCH_TEST_OUT keeps the CSV files of each kernel there.
set -euo pipefail
shopt -s inherit_errexit

program=${1:?}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
read -ra kernels <<<"${PARKBENCH_TEST_KERNELS:-}"

skip() {
    printf 'skipped: %s\n' "$*"
    exit 77
}
if ((!${#kernels[@]})); then
    lab=$(cd "$here/../../../scripts/lab" && pwd)/lab.py
    read -ra kernels < <("$lab" kernels 2>/dev/null | awk '$1 == "cached" { path = $NF } END { print path }') || true
fi
((${#kernels[@]})) || skip "no kernel to boot: 'parkbench lab kernels --fetch 6.1' downloads one"
for tool in qemu-system-x86_64 cpio; do
    command -v "$tool" >/dev/null || skip "no $tool"
done
[[ -x /bin/busybox ]] || skip 'no busybox-static'
# Not through a pipe: grep that ends early would be ldd's failure.
if [[ $(ldd "$program") =~ lib[a-z]*san ]]; then
    skip 'a sanitizer needs more memory and time than the guest has'
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree
mkdir -p "$tree"/{bin,dev,proc,sys,tmp,out}
cp /bin/busybox "$tree/bin/"
install -m755 "$here/init" "$tree/init"
install -m755 "$program" "$tree/bin/kernel_pass"
{ ldd "$program" || true; } | grep -oE '/[^ ]+' | while read -r library; do
    mkdir -p "$tree/$(dirname "$library")"
    cp -L "$library" "$tree/$library"
done
(cd "$tree" && find . | cpio -o -H newc --quiet | gzip -1) >"$work/initrd"

# Deterministic: one thread of TCG that counts instructions, 2 ns each.
boot() {
    timeout 180 qemu-system-x86_64 -accel tcg,thread=single -icount shift=1,sleep=off -seed 1 \
        -rtc base=2020-01-01,clock=vm -machine q35 -cpu Skylake-Server-v4 -smp 4 -m 1G \
        -kernel "$1" -initrd "$work/initrd" -display none -monitor none -net none -no-reboot \
        -append 'console=ttyS0 quiet panic=-1 maxcpus=1 nokaslr mitigations=off tsc=reliable' \
        -serial "file:$2" -serial "file:$3" -device isa-debug-exit,iobase=0x501,iosize=1 \
        2>/dev/null
}

for kernel in "${kernels[@]}"; do
    out=${PARKBENCH_TEST_OUT:-$work}/$(basename "$kernel")
    mkdir -p "$out"
    boot "$kernel" "$work/console" "$work/files.tar" || true
    if ! grep -aq '^GUEST DONE' "$work/console"; then
        tail -n 20 "$work/console"
        echo "the guest did not end: $kernel"
        exit 1
    fi
    if ! grep -aq 'kernel_pass ended with 0' "$work/console"; then
        tail -n 20 "$work/console"
        exit 1
    fi
    tar -C "$out" -xf "$work/files.tar"
    python3 "$here/judge.py" "$out"
done
