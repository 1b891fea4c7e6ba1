"""What a rendered page is made of, as far as tests ask: ids, references, controls, refused markup."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Markup(HTMLParser):
    """A page taken apart. `unlabelled` are form controls without a name for screen readers."""

    ids: list[str] = field(default_factory=list)
    references: list[tuple[str, str]] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    posting_without_token: int = 0
    controls: dict[str, bool] = field(default_factory=dict)
    _labels: set[str] = field(default_factory=set)
    _inside_label: int = 0
    _form: list[bool] = field(default_factory=list)
    _language: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes what the element refers to and what it should have had."""
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.append(given["id"])
        for name in ("aria-describedby", "aria-labelledby", "for", "data-opens", "data-rules-for"):
            self.references += [(name, target) for target in given.get(name, "").split()]
        if given.get("href", "").startswith("#") and len(given["href"]) > 1:
            self.references.append(("href", given["href"][1:]))
        self._refusals(tag, given)
        if tag in ("h1", "h2", "h3"):
            self.headings.append(tag)
        if tag == "html":
            self._language = given.get("lang", "")
        self._form_part(tag, given)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element closed at once is an element."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Closes labels and forms."""
        if tag == "label":
            self._inside_label -= 1
        if tag == "form":
            self.posting_without_token += not self._form.pop()

    @property
    def language(self) -> str:
        """The language the page declares."""
        return self._language

    @property
    def unlabelled(self) -> list[str]:
        """Controls that neither a label nor an aria-label names."""
        return [name for name, named in self.controls.items() if not named and name not in self._labels]

    @property
    def dangling(self) -> list[tuple[str, str]]:
        """References to ids that are not on the page."""
        return [reference for reference in self.references if reference[1] not in self.ids]

    def _refusals(self, tag: str, given: dict[str, str]) -> None:
        if "style" in given or tag == "style" or any(name.startswith("on") for name in given):
            self.refused.append(f"<{tag} {given}>")
        if tag == "script" and "src" not in given:
            self.refused.append("inline script")
        for name in ("src", "href", "action"):
            if given.get(name, "").startswith(("javascript:", "data:", "//")):
                self.refused.append(given[name])

    def _form_part(self, tag: str, given: dict[str, str]) -> None:
        if tag == "label":
            self._inside_label += 1
            self._labels.add(given.get("for", ""))
        if tag == "form":
            self._form.append(given.get("method", "get") != "post")
        if tag == "input" and given.get("name") == "csrf_token" and given.get("value"):
            self._form[-1] = True
        if tag in ("input", "select", "textarea") and given.get("type") != "hidden":
            named = bool(self._inside_label) or "aria-label" in given
            self.controls[given.get("id", given.get("name", "?"))] = named


def take_apart(html: str) -> Markup:
    """The page as `Markup`."""
    page = Markup()
    page.feed(html)
    page.close()
    return page
