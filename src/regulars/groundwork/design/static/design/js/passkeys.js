// Passkeys: a button asks our server for a question, the browser's key answers it, the server says where to go.
import { say } from "./manners.js";

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

async function send(address, token, body) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "X-CSRFToken": token, Accept: "application/json", "Content-Type": "application/json" },
    body: body ? JSON.stringify(body) : "{}",
  });
  const elsewhere = answer.headers.get("X-Confirm");
  if (elsewhere) { location.assign(elsewhere); throw new DOMException("", "AbortError"); }
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.sentence || said.detail || "");
  return said;
}

function readied(options) {
  const asked = { ...options, challenge: bytes(options.challenge) };
  if (options.user) asked.user = { ...options.user, id: bytes(options.user.id) };
  for (const name of ["allowCredentials", "excludeCredentials"]) {
    if (options[name]) asked[name] = options[name].map((one) => ({ ...one, id: bytes(one.id) }));
  }
  for (const name of Object.keys(asked)) if (asked[name] === null) delete asked[name];
  return asked;
}

function packed(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return { id: credential.id, rawId: credential.id, type: credential.type, response, clientExtensionResults: {} };
}

async function act(button) {
  const token = button.closest("form").querySelector("[name=csrfmiddlewaretoken]").value;
  const note = document.getElementById(button.dataset.note);
  const making = button.dataset.passkey === "make";
  button.setAttribute("aria-busy", "true");
  try {
    const question = await send(button.dataset.question, token);
    const asked = { publicKey: readied(question.publicKey) };
    const credential = await (making ? navigator.credentials.create(asked) : navigator.credentials.get(asked));
    const named = making ? `?name=${encodeURIComponent(document.getElementById("passkey-name")?.value || "")}` : "";
    const said = await send(button.dataset.answer + named, token, packed(credential));
    location.assign(said.next);
  } catch (fault) {
    button.removeAttribute("aria-busy");
    if (fault.name === "AbortError") return;
    const words = fault instanceof DOMException ? button.dataset.cancelled : fault.message || button.dataset.cancelled;
    if (note) { note.hidden = false; note.textContent = words; }
    say(words);
  }
}

export function offerPasskeys() {
  if (!window.PublicKeyCredential) return;
  for (const button of document.querySelectorAll("[data-passkey]")) {
    button.hidden = false;
    button.addEventListener("click", () => act(button));
  }
}
