// Does nothing: that a browser lets it be registered is what the page at /lan wants to know.
