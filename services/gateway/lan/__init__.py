"""Serves phones in the same network over HTTPS.

Browsers grant a page the camera, service workers and Web Crypto only on a secure origin: localhost, or HTTPS with a
certificate that the phone trusts. This package has the local certificate authority for this machine's addresses, the
page that helps a phone to trust it, and the port that serves TLS and plain http.
"""
