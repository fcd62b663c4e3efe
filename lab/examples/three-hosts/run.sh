#!/bin/bash
# The procedure over three hosts: network namespaces with addresses of their own, one bridge
# between them. Needs root, bash, iproute2, and tcpdump or dumpcap.
#
#   run.sh OUT [PROGRAM]
#
# OUT gets keys, configurations, logs, a capture of each daemon (NAME.pcapng) and one of each
# host's link (link-HOST.pcap). Ends with 0 when the device works as the home operator's
# subscriber. Ends only what it has started, and removes the namespaces.
set -eu
out=${1:?the folder for what this leaves}
program=$(readlink -f "$(command -v "${2:-fosterling}")")
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$out"
cd "$out"

tag=fl$$
pids=
sniffers=
daemons_end() {
    good=0
    # the latest first: each before those that it needs
    for p in $pids; do
        kill -TERM "$p" 2>/dev/null || :
        wait "$p" || good=1
    done
    pids=
    return "$good"
}
clean_up() {
    daemons_end || :
    for p in $sniffers; do kill -TERM "$p" 2>/dev/null || :; done
    for p in $sniffers; do wait "$p" 2>/dev/null || :; done
    for host in vno ro sho net; do ip netns del "$tag-$host" 2>/dev/null || :; done
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# a bridge, and a host at each of its ports
ip netns add "$tag-net"
ip -n "$tag-net" link add br0 type bridge
ip -n "$tag-net" link set br0 up
host() {
    name=$1
    shift
    ip netns add "$tag-$name"
    ip -n "$tag-$name" link set lo up
    ip -n "$tag-$name" link add eth0 type veth peer name "$name" netns "$tag-net"
    # segments on the link as they are, not as a network card would be handed them
    ip netns exec "$tag-$name" ethtool -K eth0 tso off gso off gro off >/dev/null 2>&1 || :
    ip -n "$tag-net" link set "$name" master br0 up
    for address in "$@"; do ip -n "$tag-$name" addr add "$address/16" dev eth0; done
    ip -n "$tag-$name" link set eth0 up
}
host vno 10.99.1.1 10.99.2.1
host ro 10.99.3.1 10.99.3.2 10.99.3.3 10.99.3.9 10.99.7.1
host sho 10.99.4.1 10.99.4.2 10.99.4.9 10.99.6.1

for name in vno ro sho; do
    cp "$here/$name.toml" .
    if command -v tcpdump >/dev/null; then
        ip netns exec "$tag-$name" tcpdump -Z root -U -s 0 -i eth0 -w "link-$name.pcap" ip \
            2>"link-$name.log" &
    else
        ip netns exec "$tag-$name" dumpcap -q -P -f ip -i eth0 -w "link-$name.pcap" \
            2>"link-$name.log" &
    fi
    sniffers="$sniffers $!"
    n=0
    # a capture begins with its 24 octets of head
    until [ -s "link-$name.pcap" ]; do
        n=$((n + 1))
        [ "$n" -lt 200 ] || { cat "link-$name.log" >&2; exit 4; }
        sleep 0.05
    done
done

[ -d keys ] || "$program" config keys --out keys --ocsp http://10.99.6.1:8080/ocsp >keys.txt

# waits until a log says something: wait_for LOG WORDS SECONDS
wait_for() {
    n=0
    until grep -qa "$2" "$1"; do
        n=$((n + 1))
        if [ "$n" -gt $(($3 * 10)) ]; then
            echo "$1 does not say $2:" >&2
            tail -n 20 "$1" >&2
            exit 1
        fi
        sleep 0.1
    done
}
daemon() { # HOST NAME ROLE...
    host=$1
    name=$2
    shift 2
    : >"$name.log"
    ip netns exec "$tag-$host" "$program" node "$@" --config "$host.toml" \
        --capture "$name.pcapng" 2>"$name.log" &
    pids="$! $pids"
    wait_for "$name.log" ready: 30
}
daemon sho pva pva
daemon sho hlr hlr
daemon sho sho sho
daemon sho ggsn-sho ggsn
daemon ro icf icf
daemon ro drf drf
daemon ro dpf dpf
daemon ro ggsn-ro ggsn
daemon vno sgsn sgsn
daemon ro ccif ccif
daemon vno m2me m2me
wait_for m2me.log m2me.operational 90

# the machine takes leave, and its networks hear of it
machine=${pids%% *}
kill -TERM "$machine"
wait "$machine"
pids=${pids#* }
wait_for ggsn-sho.log pdp.deleted 10
wait_for hlr.log hlr.purged 10
daemons_end

# what a link carried before this word is in its capture once the word is
for name in vno sho; do
    ip netns exec "$tag-$name" bash -c 'echo fosterling-end >/dev/udp/10.99.3.1/9'
done
for name in vno ro sho; do wait_for "link-$name.pcap" fosterling-end 30; done
echo "provisioned: $(grep m2me.operational m2me.log)"
