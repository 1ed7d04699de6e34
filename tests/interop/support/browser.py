"""A browser without pictures: cookies, redirects, forms."""

from html.parser import HTMLParser
from urllib.parse import urljoin

import requests


class Browser:
    """One person's browser. The way ends at `app`, the address where the app takes over."""

    def __init__(self, *apps):
        self._session = requests.Session()
        self._apps = apps
        self.url = None
        self.text = ""

    def open(self, url):
        self._go("GET", url)

    def submit(self, **values):
        """Submits the form that has all these fields, with these values in place of its own."""
        forms = _Forms(self.text).forms
        form = next((form for form in forms if values.keys() <= form.fields.keys()), None)
        assert form, f"no form with {', '.join(values)} on {self.url}: {self.text}"
        fields = {name: value for name, (kind, value) in form.fields.items() if kind == "hidden"}
        self._go("POST", urljoin(self.url, form.action), data={**fields, **values})

    def is_at_app(self):
        return any(self.url == app or self.url.startswith(f"{app}?") for app in self._apps)

    def _go(self, method, url, **request):
        while True:
            self.url, self.text = url, ""
            if self.is_at_app():
                return
            answer = self._session.request(method, url, allow_redirects=False, timeout=10, **request)
            if not answer.is_redirect:
                self.text = answer.text
                return
            method, url, request = "GET", urljoin(url, answer.headers["Location"]), {}


class _Form:
    def __init__(self, action):
        self.action = action
        self.fields = {}


class _Forms(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.forms = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form":
            self.forms.append(_Form(attributes.get("action", "")))
        elif tag in ("input", "button") and self.forms and "name" in attributes:
            kind, value = attributes.get("type"), attributes.get("value", "")
            self.forms[-1].fields[attributes["name"]] = (kind, value)
