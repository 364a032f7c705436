"""Serving phones in the same network over HTTPS.

A page gets camera, service worker and checksums only from an origin that the browser calls secure: localhost, or HTTPS
with a certificate that the phone trusts. Here are the local authority that vouches for this machine's addresses, the
page that helps a phone to trust it, and the one port that answers TLS and plain http.
"""
