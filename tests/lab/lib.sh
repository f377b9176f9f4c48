# shellcheck shell=bash
# shellcheck disable=SC2034 # used by the scripts that source this
# Settings and helpers of the lab. Sourced by `up`, `down` and `run`; it runs nothing by itself.
#
# Two labs can stand side by side when LAB_NS and LAB_NET differ.

LAB_NS=${LAB_NS:-pcl}        # prefix of network namespaces and of the root side's interfaces (at most 8 characters)
LAB_NET=${LAB_NET:-10.249}   # first two octets: management 10.249.N.0/30, link 10.249.112.0/30
LAB_USER=${LAB_USER:-pclops} # the account on the routers, made by `up`, removed by `down`
LAB_PRINCIPAL=net-admin      # the certificate principal that may use it
LAB_ROUTERS=(r1 r2)
LAB_TWINS=(t1 t2)           # for the differential test, see `twins`
LAB_PORTS=(dif0 dif1)        # their interfaces
LAB_ROUTES=${LAB_ROUTES:-1000} # blackhole routes on r2, so that some answers are long
LAB_GECOS="portcullis lab account"
LAB_MARK=.portcullis-lab       # only a directory that has this file is ever removed
LAB_POINTER=/run/portcullis-lab.$LAB_NS # where the state directory of the lab that stands is written down
FRR=/usr/lib/frr
LAB_DAEMONS=(ospfd ospf6d isisd ripd ripngd ldpd pimd bfdd vrrpd pathd eigrpd nhrpd pbrd babeld fabricd) # beside BGP

say() { printf 'lab: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

index() { printf '%s' "${1#r}"; }
space() { printf '%s-%s' "$LAB_NS" "$1"; }
port_of() { printf '%s-m%s' "$LAB_NS" "$(index "$1")"; }
gateway() { printf '%s.%s.1' "$LAB_NET" "$(index "$1")"; }
address() { printf '%s.%s.2' "$LAB_NET" "$(index "$1")"; }
has_space() { ip netns list 2>/dev/null | grep -qw -- "$(space "$1")"; }

# Hands a router's files to its daemons.
own() { # state directory of the router
  chown -R frr:frrvty "$1/etc" "$1/run" "$1/log"
  chmod 750 "$1/etc"
  chmod 770 "$1/run" "$1/log"
}

start_daemon() { # router daemon
  local d=$LAB_DIR/$1 daemon=$2 more=()
  # PCEP and BMP are modules of their own.
  case $daemon in
  pathd) more=(-M pathd_pcep) ;;
  bgpd) more=(-M bgpd_bmp) ;;
  esac
  ip netns exec "$(space "$1")" "$FRR/$daemon" -d -i "$d/run/$daemon.pid" -f "$d/etc/$daemon.conf" "${more[@]}" \
    --vty_socket "$d/run" -z "$d/run/zserv.api" -P 0 --log "file:$d/log/$daemon.log" >"$d/log/$daemon.start" 2>&1 ||
    die "$1: $daemon did not start: $(cat "$d/log/$daemon.start")"
}

# The first is zebra, for the others talk to it; they do not wait for each other.
start_daemons() { # router daemon...
  local r=$1 daemon waiting=()
  start_daemon "$r" "$2"
  for daemon in "${@:3}"; do
    start_daemon "$r" "$daemon" &
    waiting+=($!)
  done
  for daemon in "${waiting[@]}"; do wait "$daemon" || exit 1; done
}

# What is missing before anything can run, one line each.
missing() {
  [ "$(id -u)" = 0 ] || echo "root (network namespaces, an account, port 22 in them)"
  local need
  for need in ip sshd:/usr/sbin/sshd vtysh zebra:$FRR/zebra bgpd:$FRR/bgpd staticd:$FRR/staticd ssh ssh-keygen \
    openssl flock ps ping; do
    command -v "${need#*:}" >/dev/null 2>&1 || echo "${need%%:*} ($(package "${need%%:*}"))"
  done
}

package() {
  case $1 in
  ip) echo "Debian package iproute2" ;;
  sshd) echo "Debian package openssh-server" ;;
  vtysh | zebra | bgpd | staticd) echo "Debian package frr" ;;
  ssh | ssh-keygen) echo "Debian package openssh-client" ;;
  openssl) echo "Debian package openssl" ;;
  ping) echo "Debian package iputils-ping" ;;
  ps) echo "Debian package procps" ;;
  *) echo "Debian package util-linux" ;;
  esac
}
