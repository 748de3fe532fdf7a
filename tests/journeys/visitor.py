"""A visitor without a browser: plain HTTP, forms filled in by name, redirections followed."""

import html
import re
import time

import requests

TIMEOUT = 20  # seconds


class Visitor:
    """One client with its own cookies; ``page`` is the text of the page that it is on."""

    def __init__(self, site):
        self.site = site
        self.http = requests.Session()
        self.http.trust_env = False
        self.path = self.source = ""
        self.statuses = []

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.http.close()

    @property
    def page(self):
        """The words of the page."""
        text = re.sub(r"<(script|style|noscript)\b.*?</\1>|<[^>]+>", " ", self.source, flags=re.DOTALL)
        return re.sub(r"\s+", " ", html.unescape(text))

    @property
    def heading(self):
        return re.sub(r"<[^>]+>|\s+", " ", re.search(r"<h1.*?</h1>", self.source, re.DOTALL).group()).strip()

    @property
    def shown_code(self):
        """The code that the page shows."""
        return re.sub(r"\D", "", re.search(r"<bdi[^>]*>([\d ]+)</bdi>", self.source).group(1))

    @property
    def is_in(self):
        """Whether a page for members lets this visitor in."""
        response = self.http.get(self.site.address("/members/"), allow_redirects=False, timeout=TIMEOUT)
        return response.status_code == 200 and "verified: True" in response.text

    def open(self, path):
        return self._arrive(self.http.get(self.site.address(path), timeout=TIMEOUT))

    def submit(self, path, **fields):
        """Send a form, as the page with it would."""
        if "csrftoken" not in self.http.cookies:
            self.open("/phone/login/")
        token = self.http.cookies["csrftoken"]
        data = {"csrfmiddlewaretoken": token, **fields}
        return self._arrive(self.http.post(self.site.address(path), data=data, timeout=TIMEOUT))

    def log_in(self, person, **fields):
        """Give the right password."""
        return self.submit("/phone/login/", username=person.username, password=person.password, **fields)

    def register(self, person, **fields):
        return self.submit(
            "/phone/register/",
            username=person.username,
            email="somebody@example.com",
            number=person.number,
            password1=person.password,
            password2=person.password,
            consents="on",
            **fields,
        )

    def complete(self):
        return self.submit("/phone/complete/")

    def status(self, **headers):
        return self.http.get(self.site.address("/phone/status/"), headers=headers, timeout=TIMEOUT)

    def wait_until(self, progress, seconds=10):
        """Ask the status until the call has come so far: only the site's own threads know when."""
        deadline = time.monotonic() + seconds
        while (now := self.status().json().get("progress")) != progress:
            assert time.monotonic() < deadline, f"The call is {now}, not {progress}."
            time.sleep(0.05)
        return self.open("/phone/wait/")

    def _arrive(self, response):
        self.statuses.append(response.status_code)
        assert response.status_code < 500, f"{response.request.url}: {response.status_code}"
        self.source = response.text
        self.path = response.url.removeprefix(self.site.url)
        return self
