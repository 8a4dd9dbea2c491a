// The page: composer, push stream, and what has been read.

import { fillIn, words } from "./words.js";
import * as transcript from "./transcript.js";
import { enqueue, flush, limited, newId, onOutcome, renewSession, waitingItems } from "./outbox.js";

const role = document.body.dataset.role;
const base = `/chat/${role}/`;
const SILENCE = 40000; // the house is heard every 15 s
const MAX_FILE = 10 * 1024 * 1024;
const $ = (id) => document.getElementById(id);

fillIn();
document.title = `${document.querySelector("h1").textContent} · ${words["title-" + role]}`;
const title = document.title;

// -- composer

let picked = null;

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  say();
});

$("text").addEventListener("keydown", (event) => {
  // While composing, Enter chooses characters; Safari says so only by the code 229.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  say();
});

$("text").addEventListener("input", grow);

function grow() {
  const text = $("text");
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + text.offsetHeight - text.clientHeight}px`;
}

function say() {
  const text = $("text").value.trim();
  if (!text && !picked) return;
  const item = { client_id: newId(), text, at: new Date().toISOString() };
  if (picked) item.photo = picked;
  $("text").value = "";
  grow();
  pick(null);
  sendItem(item);
  $("text").focus();
}

function sendItem(item) {
  transcript.divideAfter("");
  draw(item);
  transcript.scrollToEnd();
  enqueue(item);
}

function draw(item) {
  transcript.show({
    id: "",
    mine: true,
    text: item.text || item.label || "",
    at: item.at,
    language: item.language ?? "",
    buttons: [],
    files: item.photo ? [[URL.createObjectURL(item.photo), "image/"]] : [],
    state: "sending",
    client_id: item.client_id,
  });
}

transcript.onPress((button, label, language) => {
  sendItem({ client_id: newId(), button, label, language, at: new Date().toISOString() });
});

$("photo").addEventListener("change", async (event) => {
  const file = event.target.files[0];
  event.target.value = "";
  if (file) pick(await lighter(file));
});
$("unpick").addEventListener("click", () => pick(null));

function pick(photo) {
  if (photo && photo.size > MAX_FILE) return trouble("photo", words.wrongPhoto);
  if ($("preview").src) URL.revokeObjectURL($("preview").src);
  picked = photo;
  $("picked").hidden = !photo;
  if (photo) $("preview").src = URL.createObjectURL(photo);
  else $("preview").removeAttribute("src");
  trouble("photo", "");
}

// A phone's photo is made smaller, and loses the place where it was taken. What cannot be redrawn is sent as it is.
async function lighter(file) {
  if (!/jpeg|png|webp/.test(file.type)) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, 2048 / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const type = file.type === "image/png" ? "image/png" : "image/jpeg";
    return (await new Promise((done) => canvas.toBlob(done, type, 0.85))) ?? file;
  } catch {
    return file;
  }
}

// -- what became of a message

let typingTimer = 0;

onOutcome((item, outcome) => {
  if (outcome === "renewed") return connect();
  transcript.changeState(item.client_id, { sent: "sent", refused: "refused" }[outcome] ?? "pending");
  trouble("outbox", outcome === "waiting" ? words.waiting : outcome === "no-session" ? words.cookies : "");
  if (outcome === "refused" && item.photo) trouble("photo", words.wrongPhoto);
  setTyping(outcome === "sent" && transcript.awaitsReply());
});

function setTyping(on) {
  clearTimeout(typingTimer);
  $("typing").hidden = !on;
  if (on) typingTimer = setTimeout(setTyping, 10000, false);
}

const troubles = { connection: "", outbox: "", photo: "" };

function trouble(kind, text) {
  troubles[kind] = text;
  const shown = Object.values(troubles).find(Boolean) ?? "";
  $("trouble").hidden = !shown;
  if ($("trouble").textContent !== shown) $("trouble").textContent = shown;
}

// -- push

let stream = null;
let heard = 0;
let lostTimer = 0;
let failures = 0;
let resting = false;

function connect() {
  stream?.close();
  resting = false;
  heard = Date.now();
  stream = new EventSource(`${base}stream?after=${encodeURIComponent(transcript.newestId())}`);
  stream.addEventListener("open", connected);
  stream.addEventListener("error", disconnected);
  stream.addEventListener("line", (event) => received(JSON.parse(event.data)));
  stream.addEventListener("beat", () => (heard = Date.now()));
  stream.addEventListener("rest", () => {
    // Too many windows: this one waits until it is looked at.
    resting = true;
    stream.close();
  });
}

async function connected() {
  heard = Date.now();
  failures = 0;
  clearTimeout(lostTimer);
  lostTimer = 0;
  trouble("connection", "");
  await loadNewest();
  flush();
}

function disconnected() {
  if (resting) return;
  lostTimer ||= setTimeout(trouble, 2000, "connection", words.lost);
  if (stream.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
  failures += 1;
  setTimeout(reconnect, Math.min(15, 2 ** failures) * 1000);
}

async function reconnect() {
  await renewSession(); // the stream may have been refused for want of a cookie
  if (stream.readyState === EventSource.CLOSED) connect();
}

setInterval(() => {
  if (!resting && Date.now() - heard > SILENCE) {
    disconnected();
    connect();
  }
}, 5000);

function lookedAt() {
  if (document.hidden) return;
  if (resting || stream?.readyState === EventSource.CLOSED) connect();
  markSeen();
}
document.addEventListener("visibilitychange", lookedAt);
addEventListener("focus", lookedAt);
addEventListener("online", connect);

function received(line) {
  heard = Date.now();
  transcript.show(line);
  if (line.mine) return;
  setTyping(false);
  markSeen();
}

// -- history

const loaded = { first: false };

async function loadNewest() {
  const answer = await limited(base + "messages", {}, 20);
  if (!answer?.ok) return setTimeout(loadNewest, 3000);
  const { lines, more } = await answer.json();
  const busy = !loaded.first;
  if (busy) $("log").setAttribute("aria-busy", "true");
  lines.forEach(transcript.show);
  if (busy) firstLoad(lines, more);
  markSeen();
}

function firstLoad(lines, more) {
  loaded.first = true;
  $("log").removeAttribute("aria-busy");
  $("earlier").hidden = !more;
  $("hint").hidden = !transcript.isEmpty();
  transcript.scrollToEnd();
  const seen = recall("seen");
  const at = lines.findIndex(({ id }) => id === seen);
  if (at >= 0 && lines.slice(at + 1).some(({ mine }) => !mine)) transcript.divideAfter(seen);
}

$("earlier").addEventListener("click", () =>
  transcript.keepingPlace(async () => {
    const answer = await limited(`${base}messages?before=${encodeURIComponent(transcript.oldestId())}`, {}, 20);
    if (!answer?.ok) return;
    const { lines, more } = await answer.json();
    lines.forEach(transcript.show);
    $("earlier").hidden = !more;
  }),
);

// -- read marks

let seenTimer = 0;
let told = "";

function markSeen() {
  const id = transcript.newestTheirs();
  document.title = document.hidden && id !== recall("seen") ? `• ${title}` : title;
  if (document.hidden || !id || id === told) return;
  remember("seen", id);
  clearTimeout(seenTimer);
  seenTimer = setTimeout(async () => {
    const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ id }) };
    if ((await limited(base + "seen", options, 20))?.ok) told = id;
  }, 1000);
}

function remember(name, value) {
  try {
    localStorage.setItem(`guanjia.${role}.${name}`, value);
  } catch {
    // No storage: no divider on return.
  }
}

function recall(name) {
  try {
    return localStorage.getItem(`guanjia.${role}.${name}`) ?? "";
  } catch {
    return "";
  }
}

// -- start

const token = new URLSearchParams(location.search).get("t") ?? "";
if (location.search) history.replaceState(null, "", location.pathname);
waitingItems().forEach(draw);
// The same id whenever the link is opened, so that the house hears it once.
if (/^[\w-]{1,64}$/.test(token)) enqueue({ client_id: `start-${token}`, text: `/start ${token}` });
connect();
