import { fillIn, words } from "./words.js";

fillIn();
for (const frame of document.querySelectorAll("iframe")) frame.title = words[frame.dataset.title];
document.title = `${document.querySelector("h1").textContent} · ${words["demo-title"]}`;
