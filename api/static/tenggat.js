// Small helps on top of pages that work without it. No state, no requests of its own.

const all = (selector, root = document) => root.querySelectorAll(selector);

// Dialogs: links to #id open them modally; without this script :target shows them.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    event.preventDefault();
    document.getElementById(opener.dataset.opens).showModal();
  }
  const closer = event.target.closest("[data-closes]");
  const dialog = closer?.closest("dialog");
  if (dialog?.open) {
    event.preventDefault();
    dialog.close();
  }
});

// Password rules: a tick or a cross for each, said aloud to screen readers with the rule.
function judge(list) {
  const typed = document.getElementById(list.dataset.rulesFor).value;
  for (const rule of all("[data-pattern]", list)) {
    const met = new RegExp(rule.dataset.pattern, "su").test(typed);
    rule.className = typed === "" ? "" : met ? "met" : "unmet";
    const use = rule.querySelector("use");
    const symbol = typed === "" ? "dot" : met ? "check" : "cross";
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${symbol}`));
    rule.querySelector("[data-state]").textContent = typed === "" ? "" : ` (${met ? list.dataset.met : list.dataset.unmet})`;
  }
}

// Fields that are asked only while others have certain answers; the conditions are those of the form files.
function answers(form, name) {
  return [...form.elements]
    .filter((field) => field.name === name && (!["radio", "checkbox"].includes(field.type) || field.checked))
    .map((field) => field.value);
}

function holds(condition, form) {
  if (condition.all) return condition.all.every((part) => holds(part, form));
  if (condition.any) return condition.any.some((part) => holds(part, form));
  if (condition.not) return !holds(condition.not, form);
  const given = answers(form, condition.field);
  if ("in" in condition) return given.some((answer) => condition.in.includes(answer));
  return given.includes(String("contains" in condition ? condition.contains : condition.is));
}

function showConditional(root) {
  for (const part of all("[data-visible-when]", root)) {
    part.hidden = !holds(JSON.parse(part.dataset.visibleWhen), part.closest("form"));
  }
}

// A file that is too large is refused before it is sent; the server checks again.
function checkSize(input) {
  const largest = Math.max(0, ...[...input.files].map((file) => file.size));
  input.setCustomValidity(largest > Number(input.dataset.maxBytes) ? input.dataset.tooLarge : "");
  input.reportValidity();
}

document.addEventListener("input", (event) => {
  for (const list of all("[data-rules-for]")) {
    if (list.dataset.rulesFor === event.target.id) judge(list);
  }
  if (event.target.form) event.target.form.dataset.changed = "yes";
});
document.addEventListener("change", (event) => {
  if (event.target.matches("input[type=file][data-max-bytes]")) checkSize(event.target);
  showConditional(event.target.form ?? document);
});

// One click is one command: the server would not do it twice either, but the wait should be visible.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  if (event.target.method === "post" && !event.target.target) event.target.dataset.sent = "yes";
  delete event.target.dataset.changed;
});
window.addEventListener("pageshow", () => {
  for (const form of all("form[data-sent]")) delete form.dataset.sent;
});

// Leaving a long form with unsaved text asks first.
window.addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-keep][data-changed]")) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-reveal]");
  if (!button) return;
  const field = document.getElementById(button.dataset.reveal);
  const shown = field.type === "text";
  field.type = shown ? "password" : "text";
  [button.textContent, button.dataset.hide] = [button.dataset.hide, button.textContent];
});

function enhance(root) {
  showConditional(root);
  for (const button of all("[data-reveal]", root)) button.hidden = false;
  for (const list of all("[data-rules-for]", root)) judge(list);
  for (const menu of all("details[data-close-narrow]", root)) menu.open &&= window.innerWidth >= 900;
  for (const dialog of all("dialog[open]:not(:modal)", root)) {
    dialog.close(); // asked again after a refusal: as the dialog it was
    dialog.showModal();
  }
  root.querySelector("[data-focus]")?.focus();
}

enhance(document);
document.addEventListener("htmx:afterSwap", (event) => enhance(event.target));
