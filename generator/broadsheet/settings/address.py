"""The address of a site: ``site_url`` in mkdocs.yml or, if it has none yet, the address that the host announces.

A host that builds and publishes a repository announces the address in the environment. In this order:

- ``DIGEST_SITE_URL``, on any host; the workflows of a digest set it to the address that GitHub Pages reports
- GitHub: ``GITHUB_REPOSITORY``, as https://OWNER.github.io/NAME/; the host in docs/CNAME, if there is this file
- GitLab: ``CI_PAGES_URL``
- Netlify: ``URL``; for the preview of a branch ``DEPLOY_PRIME_URL``
- Cloudflare Pages: ``CF_PAGES_URL``, without the name of the single deployment
- Vercel: ``VERCEL_PROJECT_PRODUCTION_URL``
- Read the Docs: ``READTHEDOCS_CANONICAL_URL``

A mkdocs.yml with the address of a sample or of this machine counts as having none.
"""

import ipaddress
import re
import string
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from broadsheet.model.diagnostics import Diagnostic
from broadsheet.settings.mailbox import ascii_domain
from broadsheet.text.sanitize import safe_url

VARIABLE = "DIGEST_SITE_URL"
LOCAL_ADDRESS = "http://127.0.0.1:8000/"  # of a site that has no other address
CNAME_FILE = "CNAME"  # in docs/: the domain of a site on GitHub Pages
_EXAMPLES = ("example.org", "example.com", "example.net")  # https://www.rfc-editor.org/rfc/rfc2606
_RESERVED = ("example", "test", "invalid", "localhost", "localdomain")  # https://www.rfc-editor.org/rfc/rfc6761
_ASCII = string.printable  # characters that stay as they are
_NO_PART = re.compile(r"""[\s?#"<>\\^`{|}]""")  # of an address to which paths are appended

Environment = Mapping[str, str]


class PublishingHost(NamedTuple):
    """A service that builds and publishes sites. `variable` is set where it builds.

    `knows_domains` is true if the address that it announces is a domain of the owner's, if there is one.
    """

    name: str
    variable: str
    address: Callable[[Environment, str], str]
    knows_domains: bool = False


def parse_address(text: str) -> str | None:
    """Return the address of a site in ASCII, with its scheme in lower case; None if it is none."""
    scheme, _, rest = text.strip().partition("://")
    if not safe_url(text) or _NO_PART.search(text.strip()):
        return None
    authority, slash, path = rest.partition("/")
    login, at, place = authority.rpartition("@")
    host, colon, port = place.partition(":") if not place.startswith("[") else (place, "", "")
    if not host.isascii() and not (host := ascii_domain(host)):
        return None
    return f"{scheme.lower()}://{login}{at}{host}{colon}{port}{slash}{quote(path, safe=_ASCII)}"


def address_problems(text: str, where: str) -> Iterator[Diagnostic]:
    """Yield the problem of the address of a site in a variable or an option."""
    if not parse_address(text):
        what = f"{text!r} is not an absolute http(s) address"
        yield Diagnostic(where, what, "write the address that readers use, without spaces, ? and #")


def site_address(configured: str, environment: Environment, domain: str = "") -> str:
    """Return the address of a site, with a slash at its end. `domain` is the content of its CNAME file."""
    candidates = [configured, environment.get(VARIABLE, "")]
    if host := publishing_host(environment):
        candidates.append(host.address(environment, domain))
    addresses = [address for address in map(parse_address, candidates) if address]
    fallback = addresses[0] if addresses else LOCAL_ADDRESS
    chosen = next((text for text in addresses if not is_placeholder(text)), fallback)
    return chosen.rstrip("/") + "/"


def publishing_host(environment: Environment) -> PublishingHost | None:
    """Return the service on which this process runs, if it is one that publishes sites."""
    return next((host for host in HOSTS if environment.get(host.variable)), None)


def is_sample_contact(contact: str) -> bool:
    """Return whether a mail address or a page is that of an example."""
    return is_placeholder(contact if "://" in contact else f"https://{contact.rpartition('@')[2].rstrip('> ')}/")


def is_placeholder(address: str) -> bool:
    """Return whether an address is empty, that of an example, or one that only this machine can reach."""
    name = _hostname(address)
    labels = name.rstrip(".").split(".")
    return not name or labels[-1] in _RESERVED or ".".join(labels[-2:]) in _EXAMPLES or is_local_host(name)


def is_local(address: str) -> bool:
    """Return whether only this machine can reach an address."""
    return is_local_host(_hostname(address))


def problems(address: str, environment: Environment, where: str) -> Iterator[Diagnostic]:
    """Yield the problems of publishing under this address: feeds and links would lead to it for ever."""
    host, reported = publishing_host(environment), _other_address(address, environment)
    if host and is_placeholder(address):
        message = f"the site would be published on {host.name} as {address}"
        hint = f"set site_url to the address that readers use, or {VARIABLE} in the environment"
        yield Diagnostic(where, message, hint)
    elif is_placeholder(address):
        message = f"site_url: {address} is only an example, but feeds and the sitemap link to it"
        yield Diagnostic(where, message, "write the address that readers use", is_note=True)
    elif reported:
        message, hint = f"site_url is not {reported}, which the host reports", "correct it, or leave it out"
        yield Diagnostic(where, message, hint, is_note=True)


def _other_address(address: str, environment: Environment) -> str:
    """Return the address that the host reports, if it is not that of the site; a preview may have either address."""
    host = publishing_host(environment)
    reported = [environment.get(VARIABLE, "").strip()]
    if not reported[0] and host:
        reported = [host.address({**environment, **context}, "") for context in ({"CONTEXT": "production"}, {})]
        if not host.knows_domains and _service(reported[0]) != _service(address):
            return ""
    is_other = _without_scheme(address) not in [_without_scheme(parse_address(text) or text) for text in reported]
    return reported[0] if is_other and not is_placeholder(reported[0]) else ""


def _service(address: str) -> str:
    return ".".join(_hostname(address).split(".")[-2:])


def _without_scheme(address: str) -> str:
    return address.partition("://")[2].rstrip("/").lower()


def _hostname(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


def is_local_host(name: str) -> bool:
    """Return whether the name of a host, or its IP address, is that of this machine."""
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return name == "localhost"
    return address.is_loopback or address.is_unspecified


def _github(environment: Environment, domain: str) -> str:
    """Return the address of the Pages of a repository on github.com. A server of one's own must announce it."""
    if environment.get("GITHUB_SERVER_URL", "https://github.com") != "https://github.com":
        return ""
    if domain:
        return f"https://{domain}/"
    owner, _, name = environment.get("GITHUB_REPOSITORY", "").partition("/")
    host = f"{owner.lower()}.github.io"
    return f"https://{host}/{'' if name.lower() == host else name}" if owner and name else ""


def _netlify(environment: Environment, domain: str) -> str:
    is_preview = environment.get("CONTEXT", "production") != "production"
    return (environment.get("DEPLOY_PRIME_URL") if is_preview else "") or environment.get("URL", "")


def _cloudflare(environment: Environment, domain: str) -> str:
    """Return the project's address: a deployment has its own, HASH.PROJECT.pages.dev, and feeds must keep theirs."""
    url = environment.get("CF_PAGES_URL", "")
    labels = _hostname(url).split(".")
    return f"https://{'.'.join(labels[-3:])}/" if labels[-2:] == ["pages", "dev"] else url


def _vercel(environment: Environment, domain: str) -> str:
    name = environment.get("VERCEL_PROJECT_PRODUCTION_URL", "")
    return f"https://{name}/" if name else ""


HOSTS = (
    PublishingHost("GitHub", "GITHUB_ACTIONS", _github),
    PublishingHost("GitLab", "GITLAB_CI", lambda environment, domain: environment.get("CI_PAGES_URL", "")),
    PublishingHost("Netlify", "NETLIFY", _netlify, knows_domains=True),
    PublishingHost("Cloudflare Pages", "CF_PAGES", _cloudflare),
    PublishingHost("Vercel", "VERCEL", _vercel, knows_domains=True),
    PublishingHost(
        "Read the Docs", "READTHEDOCS", lambda environment, domain: environment.get("READTHEDOCS_CANONICAL_URL", "")
    ),
)
