// What is to be sent, in order, until the house has it. Texts survive a reload of the page.

const role = document.body.dataset.role;
const base = `/chat/${role}/`;
const key = `guanjia.${role}.outbox`;
const waits = [1, 2, 4, 8, 15];

const queue = restore(); // {client_id, text} | {client_id, button, label} | {client_id, text, photo}
let busy = false;
let failures = 0;
let timer = 0;
let tell = () => {};

// `report(item, outcome)`: 'sent' | 'waiting' | 'refused' | 'renewed' (another session) | 'no-session' (no cookies)
export function onOutcome(report) {
  tell = report;
}

export const waitingItems = () => queue.slice();

export function enqueue(item) {
  if (queue.some((other) => other.client_id === item.client_id)) return;
  queue.push(item);
  save();
  flush();
}

export async function flush() {
  if (busy || !queue.length) return;
  busy = true;
  clearTimeout(timer);
  while (queue.length) {
    const outcome = await post(queue[0]);
    if (outcome === "waiting" || outcome === "no-session") {
      for (const item of queue) tell(item, outcome);
      break;
    }
    if (outcome === "renewed") {
      tell(queue[0], outcome);
      continue;
    }
    failures = 0;
    const item = queue.shift();
    save();
    tell(item, outcome);
  }
  busy = false;
}

async function post(item) {
  const response = await send(item);
  if (response?.ok) return "sent";
  if (response?.status === 401) {
    const probe = await renewSession();
    if (probe) return probe.ok ? "renewed" : "no-session";
  }
  if (response && response.status < 500 && ![401, 408, 429].includes(response.status)) return "refused";
  const asked = Number(response?.headers.get("Retry-After"));
  timer = setTimeout(flush, 1000 * (asked || waits[Math.min(failures, waits.length - 1)]));
  failures += 1;
  return "waiting";
}

async function send({ client_id, text, button, photo }) {
  const options = { method: "POST" };
  if (photo) {
    options.body = new FormData();
    options.body.append("client_id", client_id);
    options.body.append("text", text);
    options.body.append("file", photo);
  } else {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(button ? { client_id, button } : { client_id, text });
  }
  return limited(base + (photo ? "files" : "messages"), options, photo ? 120 : 20);
}

// The page sets the cookie; it may have been cleared while this one stood open. Null when the house is away.
export async function renewSession() {
  await limited(location.pathname, {}, 20);
  const probe = await limited(base + "messages", {}, 20);
  return probe?.ok || probe?.status === 401 ? probe : null;
}

// The answer, or null when none came in time.
export async function limited(address, options, seconds) {
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(), seconds * 1000);
  try {
    return await fetch(address, { ...options, signal: stop.signal });
  } catch {
    return null;
  } finally {
    clearTimeout(late);
  }
}

export function newId() {
  // crypto.randomUUID is missing where the page came by plain http.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function save() {
  try {
    sessionStorage.setItem(key, JSON.stringify(queue.filter((item) => !item.photo)));
  } catch {
    // Storage may be forbidden; then a reload forgets what was not sent.
  }
}

function restore() {
  try {
    return JSON.parse(sessionStorage.getItem(key)) ?? [];
  } catch {
    return [];
  }
}

addEventListener("online", flush);
