// The theme switches at once; the form still carries the choice to the server, which remembers it in a cookie.

export function switchThemes() {
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-theme-switch]") || !event.submitter) return;
    event.preventDefault();
    const chosen = event.submitter.value;
    document.documentElement.dataset.theme = chosen;
    document.querySelector("meta[name=color-scheme]")?.setAttribute("content", chosen === "system" ? "light dark" : chosen);
    for (const button of form.querySelectorAll("button[name=theme]")) button.setAttribute("aria-pressed", String(button === event.submitter));
    const words = new FormData(form);
    words.set("theme", chosen);
    await fetch(form.action, { method: "POST", body: words, redirect: "manual" });
  }, { capture: true });
}
