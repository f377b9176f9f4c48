"""Logs in to the gate with netmiko as a network team's script does, sends commands, prints what came as JSON.

By key; a token, where there is one, comes as the password in LAB_TOKEN. FRR is driven as cisco_ios, as its users do.
"""

import argparse
import json
import os

import paramiko
from netmiko import ConnectHandler, NetmikoAuthenticationException


def connect(**login):
    """Logs in, again when an answer was missed.

    `paramiko.ServiceRequestingTransport` (5.1.0) sends a request before it is ready to hear the answer to it; when the
    gate is quicker, the login succeeds and its client does not learn of it. No use of the token is taken by that.
    """
    for _ in range(4):
        try:
            return ConnectHandler(**login)
        except NetmikoAuthenticationException as fault:
            if "Authentication timeout" not in str(fault):
                raise
    return ConnectHandler(**login)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--user", required=True)
    parser.add_argument("--key", required=True)
    parser.add_argument("--known-hosts", required=True)
    # paramiko's usual transport asks for the service `ssh-userauth` again before each method; this one asks once.
    parser.add_argument("--ask-once", action="store_true")
    parser.add_argument("commands", nargs="+")
    args = parser.parse_args()
    if args.ask_once:
        paramiko.client.Transport = paramiko.ServiceRequestingTransport
    session = connect(
        device_type="cisco_ios",
        host=args.host,
        port=args.port,
        username=args.user,
        password=os.environ.get("LAB_TOKEN"),
        use_keys=True,
        key_file=args.key,
        allow_agent=False,
        ssh_strict=True,
        system_host_keys=False,
        alt_host_keys=True,
        alt_key_file=args.known_hosts,
        conn_timeout=20,
        auth_timeout=5,
        banner_timeout=20,
    )
    answers = [session.send_command(command, read_timeout=30) for command in args.commands]
    prompt = session.find_prompt()
    session.disconnect()
    print(json.dumps({"prompt": prompt, "answers": answers}))


if __name__ == "__main__":
    main()
