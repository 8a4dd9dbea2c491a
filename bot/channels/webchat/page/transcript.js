// The conversation on the page. Lines are text and nothing else: no part of them is ever read as HTML.

import { words, clock, day } from "./words.js";

const log = document.getElementById("log");
const scroller = document.getElementById("scroller");
const large = document.getElementById("large");
const staff = document.body.dataset.role === "staff";
const files = `/chat/${document.body.dataset.role}/files/`;
const RUN = 5 * 60 * 1000; // one time stamp for what one side says within five minutes

const entries = []; // {line, node}, in the order shown
let press = () => {};
let unreadAfter = "";
let atEnd = true;

export function onPress(handler) {
  press = handler;
}

// A line from the house, or the page's own bubble (state 'pending') before the house knows it.
export function show(line) {
  if (line.mine && /^\/start \S+$/.test(line.text)) return;
  const known = entries.findIndex((entry) => same(entry.line, line));
  if (known >= 0) {
    const entry = entries[known];
    const merged = { ...line, text: line.text || entry.line.text };
    if (!sameContent(entry.line, merged)) fill(entry.node, merged);
    setLanguage(entry.node, merged.language);
    const moved = entry.line.at !== merged.at || entry.line.id !== merged.id;
    entry.line = merged;
    if (moved) place(entries.splice(known, 1)[0]);
  } else {
    const node = make("article", line.mine ? "line mine" : "line");
    fill(node, line);
    place({ line, node });
  }
  settle();
}

export function changeState(clientId, state) {
  const at = entries.findIndex(({ line }) => line.client_id === clientId);
  const line = entries[at]?.line;
  // The stream may have brought the stored line before the answer to the post came.
  if (!line || line.id) return;
  line.state = state;
  // What is refused will never be stored: it stays behind the line it was written after.
  if (state === "refused") line.rank = (entries.slice(0, at).map((entry) => rank(entry.line)).filter(Boolean).pop() ?? " ") + "~";
  settle();
}

// Marks what came after that line as new, until the person answers ("").
export function divideAfter(id) {
  unreadAfter = id;
  settle();
  log.querySelector(".unread:not([hidden])")?.scrollIntoView({ block: "nearest" });
}

export const isEmpty = () => entries.length === 0;
export const oldestId = () => entries.find(({ line }) => line.id)?.line.id ?? "";
export const newestId = () => entries.filter(({ line }) => line.id).pop()?.line.id ?? "";
export const awaitsReply = () => Boolean(entries[entries.length - 1]?.line.mine);
const theirs = () => entries.filter(({ line }) => !line.mine).pop()?.line;
export const newestTheirs = () => theirs()?.id ?? "";

export function scrollToEnd() {
  atEnd = true;
  scroller.scrollTop = scroller.scrollHeight;
}

// Keeps in view what is being read while older lines appear above it.
export async function keepingPlace(work) {
  const fromBottom = scroller.scrollHeight - scroller.scrollTop;
  log.setAttribute("aria-busy", "true");
  await work();
  log.removeAttribute("aria-busy");
  scroller.scrollTop = scroller.scrollHeight - fromBottom;
}

// Our own scrolling is reported late, when the next line may already stand below: only moving up is leaving the end.
let top = 0;
scroller.addEventListener("scroll", () => {
  const near = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
  if (near || scroller.scrollTop < top) atEnd = near;
  top = scroller.scrollTop;
});
const stayAtEnd = new ResizeObserver(() => atEnd && scrollToEnd());
stayAtEnd.observe(scroller);
stayAtEnd.observe(log);
stayAtEnd.observe(document.getElementById("typing"));

function same(one, other) {
  if (one.id && other.id) return one.id === other.id;
  return Boolean(one.client_id) && one.client_id === other.client_id;
}

function sameContent(one, other) {
  const content = ({ text, buttons, files }) => JSON.stringify([text, buttons, files.length]);
  return content(one) === content(other);
}

// The house's ids sort by time. What the house does not know yet comes last.
const rank = (line) => line.rank ?? line.id;
const isLater = (one, other) => (rank(one) && rank(other) ? rank(one) > rank(other) : !rank(one) && Boolean(rank(other)));

function place(entry) {
  let at = entries.length;
  while (at > 0 && isLater(entries[at - 1].line, entry.line)) at -= 1;
  entries.splice(at, 0, entry);
  const next = entries[at + 1]?.node ?? null;
  if (!entry.node.isConnected || entry.node.nextSibling !== next) log.insertBefore(entry.node, next);
}

// What depends on the neighbours: separators, time stamps, quiet buttons; large type by what the house said last.
function settle() {
  document.getElementById("hint").hidden = entries.length > 0;
  let before = null;
  let unread = false;
  entries.forEach(({ line, node }, at) => {
    const date = new Date(line.at);
    const newDay = !before || day(new Date(before.at)) !== day(date);
    setText(node.querySelector(".day"), newDay ? day(date) : "");
    unread ||= Boolean(unreadAfter) && before?.id === unreadAfter;
    setText(node.querySelector(".unread"), unread && !line.mine ? words.unread : "");
    if (!line.mine) unread = false;
    const next = entries[at + 1]?.line;
    node.classList.toggle("last", !next || next.mine !== line.mine || new Date(next.at) - date > RUN);
    node.classList.toggle("older", at < entries.length - 1);
    setMeta(node, line);
    before = line;
  });
  document.documentElement.classList.toggle("large", Boolean(theirs()?.large));
}

function setText(node, text) {
  node.hidden = !text;
  if (node.textContent !== text) node.textContent = text;
}

function setMeta(node, line) {
  const meta = node.querySelector(".meta");
  if (meta.dataset.state === line.state && meta.dataset.at === line.at) return;
  meta.dataset.state = line.state;
  meta.dataset.at = line.at;
  const time = make("time", "", clock(new Date(line.at)));
  time.dateTime = line.at;
  meta.replaceChildren(time);
  if (line.mine && line.state in TICKS) meta.append(tick(line.state));
  else if (line.mine && words[line.state]) meta.append(make("span", "", `· ${words[line.state]}`));
}

const TICKS = { sent: "M4 9l4 4 8-9", seen: "M1 9l4 4 8-9M8 12l1 1 8-9" };

function tick(state) {
  const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  picture.setAttribute("viewBox", "0 0 18 18");
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", words[state]);
  path.setAttribute("d", TICKS[state]);
  picture.append(path);
  return picture;
}

function fill(node, line) {
  const bubble = make("div", "bubble");
  bubble.append(make("span", "sr", line.mine ? words.you : words.house));
  const card = staff && !line.mine && line.buttons.length > 0;
  node.classList.toggle("card", card);
  if (line.text) bubble.append(paragraph(line.text, card));
  bubble.append(...line.files.map(([id, mime]) => attachment(id, mime)));
  const choices = make("div", "choices");
  choices.setAttribute("role", "group");
  choices.setAttribute("aria-label", words.choices);
  choices.append(...line.buttons.map(([token, label]) => choice(token, label)));
  if (card) bubble.append(choices);
  node.replaceChildren(make("p", "day"), make("p", "unread"), bubble);
  if (!card && line.buttons.length) node.append(choices);
  node.append(make("p", "meta"));
  setLanguage(node, line.language);
}

function setLanguage(node, language) {
  if (!language) return;
  for (const part of node.querySelectorAll(".bubble, .choices")) part.lang = language;
}

function choice(token, label) {
  const button = make("button", "choice", label);
  button.type = "button";
  button.addEventListener("click", () => {
    button.classList.add("chosen");
    press(token, label, button.closest("[lang]")?.lang ?? "");
  });
  return button;
}

function paragraph(text, card) {
  const node = make("p", "text");
  const [first, ...rest] = card ? text.split("\n") : [];
  if (card) node.append(make("strong", "", first), rest.length ? "\n" : "");
  node.append(...linked(card ? rest.join("\n") : text));
  return node;
}

// https addresses, tel: addresses and international numbers become links.
function linked(text) {
  const found = /https:\/\/[^\s<>"'，。；：！？、（）《》“”]+|tel:\+?[\d-]{3,20}|\+\d[\d -]{7,17}\d/g;
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(found)) {
    const address = match[0].replace(/[.,;:!?)\]]+$/, "");
    parts.push(text.slice(end, match.index), link(address));
    end = match.index + address.length;
  }
  return [...parts, text.slice(end)];
}

function link(address) {
  const web = address.startsWith("https:");
  const node = make("a", "", address.replace(/^tel:/, ""));
  node.href = web ? address : "tel:" + node.textContent.replace(/[^\d+]/g, "");
  if (web) Object.assign(node, { target: "_blank", rel: "noopener noreferrer" });
  return node;
}

function attachment(id, mime) {
  const address = id.startsWith("blob:") ? id : files + encodeURIComponent(id);
  if (!mime.startsWith("image/")) {
    const node = make("a", "file", words.file);
    Object.assign(node, { href: address, download: "" });
    return node;
  }
  const button = make("button", "photo");
  button.type = "button";
  button.setAttribute("aria-label", words.open);
  const picture = make("img");
  Object.assign(picture, { src: address, alt: words.photo, decoding: "async" });
  button.append(picture);
  button.addEventListener("click", () => {
    document.getElementById("picture").src = address;
    large.showModal();
  });
  return button;
}

large.addEventListener("click", (event) => event.target.tagName !== "BUTTON" && large.close());

function make(tag, className = "", text = "") {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}
