// The keyboard: "/" search, "g" then a letter, "j" and "k" in lists, Enter, "?", Esc, Ctrl+Enter.
// Single keys can be switched off in the menu; nothing here is the only way to do something.

const WAIT = 1500;
let waiting = 0;

const off = () => document.documentElement.dataset.shortcuts === "off";
const typing = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;
const rows = () => [...document.querySelectorAll("main tbody tr:has(a), main .list > li:has(a)")].filter((row) => row.offsetParent !== null);

function step(by) {
  const all = rows();
  if (!all.length) return;
  const here = all.findIndex((row) => row.hasAttribute("data-here"));
  const next = here < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, here + by));
  if (here >= 0) all[here].removeAttribute("data-here");
  all[next].setAttribute("data-here", "");
  const link = all[next].querySelector(".row-link, .list__title, a");
  link?.focus({ preventScroll: true });
  all[next].scrollIntoView({ block: "nearest" });
}

function go(letter) {
  const link = [...document.querySelectorAll("[data-go]")].find((one) => one.dataset.go.toLowerCase() === letter);
  if (link) location.assign(link.href);
  return Boolean(link);
}

function search() {
  const box = document.querySelector("[data-search]") ?? document.querySelector("main input[type=search]");
  box?.focus();
  box?.select();
  return Boolean(box);
}

function help() {
  const dialog = document.getElementById("shortcuts");
  if (dialog && !dialog.open) dialog.showModal();
  return Boolean(dialog);
}

const acts = {
  "/": search,
  "?": help,
  j: () => { step(1); return true; },
  k: () => { step(-1); return true; },
  g: () => { waiting = Date.now(); return true; },
};

function escape(target) {
  const menu = document.querySelector("details[data-menu][open]");
  if (menu) { menu.open = false; menu.querySelector("summary").focus(); return true; }
  if (typing(target)) { target.blur(); return true; }
  return false;
}

export function listenToKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const target = event.target;
    if (event.key === "Escape") { if (!document.querySelector("dialog[open]") && escape(target)) event.preventDefault(); return; }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = target.closest("form");
      if (form) { event.preventDefault(); form.requestSubmit(); }
      return;
    }
    if (off() || event.ctrlKey || event.metaKey || event.altKey || typing(target) || document.querySelector("dialog[open]")) return;
    if (waiting && Date.now() - waiting < WAIT) {
      waiting = 0;
      if (go(event.key.toLowerCase())) event.preventDefault();
      return;
    }
    waiting = 0;
    if (Object.hasOwn(acts, event.key) && acts[event.key]()) event.preventDefault();
  });
}
