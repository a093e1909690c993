// HTMX manners: where the focus goes, what is announced, what is busy. Plain forms get the same.

const spoken = () => document.getElementById("live");

export function say(words) {
  const live = spoken();
  if (!live || !words) return;
  live.textContent = "";
  requestAnimationFrame(() => { live.textContent = words; });
}

function focusOn(element) {
  if (!element) return false;
  if (!element.hasAttribute("tabindex") && !element.matches("a[href], button, input, select, textarea")) {
    element.setAttribute("tabindex", "-1");
  }
  element.focus({ preventScroll: false });
  return true;
}

// A failed form speaks first; a new context starts at its heading; the same context keeps the focus and is announced.
function settle(target, moved) {
  const scope = target instanceof Element ? target : document;
  const errors = scope.matches?.("[data-errors]") ? scope : scope.querySelector("[data-errors]");
  if (errors) { focusOn(errors); return; }
  if (moved) { focusOn(document.querySelector("[data-heading]")); return; }
  const words = scope.querySelector("[data-announce]") ?? (scope.matches?.("[data-announce]") ? scope : null);
  if (words) say(words.dataset.announce || words.textContent.trim());
}

function setBusy(element, busy) {
  const form = element?.closest?.("form") ?? (element instanceof HTMLFormElement ? element : null);
  const target = element?.getAttribute?.("hx-target") ? document.querySelector(element.getAttribute("hx-target")) : null;
  for (const part of [element, target]) {
    if (!part) continue;
    if (busy) part.setAttribute("aria-busy", "true"); else part.removeAttribute("aria-busy");
  }
  if (!form) return;
  for (const button of form.querySelectorAll("button:not([type]), button[type=submit]")) {
    if (busy) {
      button.setAttribute("aria-disabled", "true");
    } else {
      button.removeAttribute("aria-disabled");
      button.removeAttribute("aria-busy");
    }
  }
}

export function keepManners() {
  const body = document.body;
  body.addEventListener("htmx:beforeRequest", (event) => setBusy(event.detail.elt, true));
  body.addEventListener("htmx:afterRequest", (event) => setBusy(event.detail.elt, false));
  body.addEventListener("htmx:afterSettle", (event) => {
    const path = event.detail.xhr?.getResponseHeader("HX-Push-Url") ?? event.detail.pathInfo?.responsePath;
    const swappedPage = event.detail.boosted || event.detail.target === body || event.detail.target?.id === "main";
    settle(event.detail.target, Boolean(path) && swappedPage);
  });
  body.addEventListener("htmx:sendError", () => say(body.dataset.offline || ""));

  // A form that goes the long way must not be sent twice; the button stays focusable and says that it works.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog" || event.defaultPrevented) return;
    if (form.dataset.sent === "yes") { event.preventDefault(); return; }
    if (form.matches("[hx-post], [hx-get], [hx-put], [hx-delete]")) return;
    if (form.method === "get") return;
    form.dataset.sent = "yes";
    const button = event.submitter ?? form.querySelector("button[type=submit], button:not([type])");
    button?.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of document.querySelectorAll("form[data-sent]")) { delete form.dataset.sent; setBusy(form, false); }
  });

  const errors = document.querySelector("[data-errors]");
  if (errors) focusOn(errors);
}
