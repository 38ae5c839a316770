#!/bin/sh
# Fills the network namespace that it runs in with one of everything the decoders know, then runs its arguments.
set -e
ip link set lo up
ip -batch - <<'COMMANDS'
link add v0 type veth peer name v1
link set v0 up
link set v1 up
link add br0 type bridge
link set v1 master br0
addr add 192.0.2.1/24 dev v0
addr add 192.0.2.2/24 dev v0
addr add 2001:db8::1/64 dev v0 nodad
route add default via 192.0.2.254 metric 100
route add default via 2001:db8::fe metric 100 expires 1000
route add 10.9.0.0/16 nexthop via 192.0.2.3 nexthop via 192.0.2.4 weight 7
route add 2001:db8:9::/64 nexthop via 2001:db8::2 dev v0 nexthop via 2001:db8::3 dev v0
route add 10.8.0.0/16 via inet6 2001:db8::2 dev v0
route add 10.7.0.0/16 dev v0 src 192.0.2.1 tos 0x10 table 77
route add blackhole 10.6.0.0/16
route add 2001:db8:8::/64 via 2001:db8::2 dev v0 pref high
nexthop add id 1 via 192.0.2.7 dev v0
nexthop add id 2 via 192.0.2.8 dev v0
nexthop add id 3 group 1,2/2
nexthop add id 4 blackhole
route add 10.5.0.0/16 nhid 3
rule add pref 5 fwmark 1/7 from 10.0.0.0/8 dport 80-90 ipproto tcp uidrange 1-2 lookup 77
neigh add 192.0.2.9 dev v0 lladdr 02:00:00:00:00:01
neigh add 192.0.2.10 dev v0 nud failed
COMMANDS
ip -6 rule add pref 6 to 2001:db8:9::/64 oif v0 lookup main suppress_prefixlength 0
exec "$@"
