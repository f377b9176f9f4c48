"""Logs in to the gate with netmiko as a network team's script does, reads, changes, leaves; prints what came as JSON."""

import argparse
import json

from netmiko import ConnectHandler


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--type", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--user", required=True)
    parser.add_argument("--key", required=True)
    parser.add_argument("--known-hosts", required=True)
    parser.add_argument("lines", nargs="+")
    args = parser.parse_args()
    session = ConnectHandler(
        device_type=args.type,
        host="127.0.0.1",
        port=args.port,
        username=args.user,
        use_keys=True,
        key_file=args.key,
        allow_agent=False,
        ssh_strict=True,
        system_host_keys=False,
        alt_host_keys=True,
        alt_key_file=args.known_hosts,
        conn_timeout=20,
        auth_timeout=20,
        banner_timeout=20,
    )
    version = session.send_command("show version", read_timeout=30)
    commits = args.type in ("cisco_xr", "juniper_junos")
    changed = session.send_config_set(args.lines, exit_config_mode=not commits)
    if commits:
        changed += session.commit()
        session.exit_config_mode()
    prompt = session.find_prompt()
    session.disconnect()
    print(json.dumps({"version": version, "changed": changed, "prompt": prompt}))


if __name__ == "__main__":
    main()
