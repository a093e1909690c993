// Small things: copy, print, dialogs, menus that close by themselves, forms that apply at once, bulk choices, live parts.
import { say } from "./manners.js";

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  await navigator.clipboard.writeText(source?.value ?? source?.textContent.trim() ?? button.dataset.copyText ?? "");
  say(button.dataset.copied || button.textContent.trim());
  const label = button.querySelector("[data-label]");
  if (!label || !button.dataset.copied) return;
  const before = label.textContent;
  label.textContent = button.dataset.copied;
  setTimeout(() => { label.textContent = before; }, 1600);
}

function countChosen(form) {
  const boxes = [...form.querySelectorAll("input[type=checkbox][data-choose]")];
  const chosen = boxes.filter((box) => box.checked).length;
  for (const place of form.querySelectorAll("[data-chosen]")) place.textContent = String(chosen);
  const bar = form.querySelector(".bulk");
  if (bar) bar.hidden = chosen === 0;
  const all = form.querySelector("[data-choose-all]");
  if (all) { all.checked = chosen > 0 && chosen === boxes.length; all.indeterminate = chosen > 0 && chosen < boxes.length; }
}

export function wireWidgets() {
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    const copier = target.closest("[data-copy], [data-copy-text]");
    if (copier) { copy(copier); return; }
    if (target.closest("[data-print]")) { window.print(); return; }
    const opener = target.closest("[data-dialog]");
    const dialog = opener && document.getElementById(opener.dataset.dialog);
    if (dialog) { event.preventDefault(); dialog.showModal(); return; }
    if (target instanceof HTMLDialogElement) target.close();
    for (const menu of document.querySelectorAll("details[data-menu][open]")) if (!menu.contains(target)) menu.open = false;
  });
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box.matches("[data-apply]")) { box.form?.requestSubmit(); return; }
    const form = box.closest("form");
    if (!form) return;
    if (box.matches("[data-choose-all]")) for (const one of form.querySelectorAll("input[data-choose]")) one.checked = box.checked;
    if (box.matches("[data-choose-all], [data-choose]")) countChosen(form);
  });
  for (const form of document.querySelectorAll("form:has([data-choose])")) countChosen(form);
  for (const dialog of document.querySelectorAll("dialog[data-open]")) dialog.showModal();
}
