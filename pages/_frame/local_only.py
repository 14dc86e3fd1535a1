"""Who may reach this server: no one signs in, so only people on this machine."""

from ipaddress import ip_address

import streamlit as st


def is_local(address: str | None) -> bool:
    """Return whether only this machine reaches a server that listens on `address`.

    None and "" stand for every address that the machine has.
    """
    if address == "localhost":
        return True
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False


def refuse_unless_local() -> None:
    """End the page if others could reach this server, and say what to do."""
    address = st.get_option("server.address")
    if is_local(address):
        return
    st.title("Not shown on this address", anchor=False)
    st.error(
        f"This server listens on {address or 'every address of this machine'}, and no "
        "one has to sign in: anyone who reaches it could see everything and import. "
        "Start it without `--server.address` and without the variable "
        "`STREAMLIT_SERVER_ADDRESS`, so that it listens on 127.0.0.1. To let others "
        "in, put a proxy in front that signs them in: see docs/operations.md."
    )
    st.stop()
