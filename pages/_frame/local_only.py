"""Who may reach this server: nobody signs in, so only those on this machine."""

from ipaddress import ip_address

import streamlit as st


def is_local(address: str | None) -> bool:
    """Return whether a server that listens on `address` is reached from here alone.

    None and "" are every address that the machine has.
    """
    if address == "localhost":
        return True
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False


def refuse_unless_local() -> None:
    """End the page with what to do, where others could reach this server."""
    address = st.get_option("server.address")
    if is_local(address):
        return
    st.title("Not shown on this address", anchor=False)
    st.error(
        f"This server listens on {address or 'every address of this machine'}, and "
        "nobody has to sign in: whoever reaches it could see everything and import. "
        "Start it without `--server.address` and without the variable "
        "`STREAMLIT_SERVER_ADDRESS`, so that it listens on 127.0.0.1. To let others "
        "in, put a proxy in front that signs them in: see docs/operations.md."
    )
    st.stop()
