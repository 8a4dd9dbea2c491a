// What the page itself says; everything else comes from the house.

const WORDS = {
  zh: {
    "title-guest": "管家",
    "title-staff": "员工工作台",
    "hint-guest": "您好。有什么需要，请在下面留言。",
    "hint-staff": "新的工作会出现在这里。也可以直接提问，例如：今天谁入住？",
    log: "对话",
    message: "请输入",
    send: "发送",
    attach: "添加照片",
    unpick: "移除照片",
    photo: "照片",
    open: "放大照片",
    file: "下载文件",
    close: "关闭",
    earlier: "更早的消息",
    choices: "选项",
    you: "您：",
    house: "管家：",
    typing: "正在回复",
    pending: "未发出",
    sent: "已送达",
    seen: "已看到",
    refused: "没有发出：内容太长或无法识别",
    wrongPhoto: "照片没有发出，请选 10 MB 以内的 JPEG、PNG、WebP 或 GIF",
    lost: "连接断开了，正在重连。您写的内容会保留。",
    waiting: "还没有发出，会自动再试。",
    cookies: "本页需要 Cookie 才能记住您，请允许后刷新。",
    today: "今天",
    yesterday: "昨天",
    unread: "以下为新消息",
    "demo-title": "演示",
    "demo-guest": "客人的手机",
    "demo-staff": "员工的屏幕",
    "demo-hint": "在手机上像客人一样说话，同时看员工收到什么。",
  },
  en: {
    "title-guest": "Concierge",
    "title-staff": "Staff desk",
    "hint-guest": "Welcome. Tell us below what you need.",
    "hint-staff": "New work appears here. You can also ask, for example: who arrives today?",
    log: "Conversation",
    message: "Write a message",
    send: "Send",
    attach: "Add a photo",
    unpick: "Remove photo",
    photo: "Photo",
    open: "Open photo",
    file: "Download file",
    close: "Close",
    earlier: "Earlier messages",
    choices: "Choices",
    you: "You: ",
    house: "House: ",
    typing: "Reply on its way",
    pending: "not sent yet",
    sent: "sent",
    seen: "seen",
    refused: "not sent: too long or not readable",
    wrongPhoto: "The photo was not sent: please choose a JPEG, PNG, WebP or GIF of at most 10 MB",
    lost: "The connection is lost and being restored. What you write is kept.",
    waiting: "Not sent yet. It will be tried again.",
    cookies: "This page needs a cookie to know you. Please allow cookies and reload.",
    today: "Today",
    yesterday: "Yesterday",
    unread: "New messages",
    "demo-title": "Demonstration",
    "demo-guest": "The guest’s phone",
    "demo-staff": "The staff’s desk",
    "demo-hint": "Speak as the guest on the phone, and see what the staff get.",
  },
};

export const language = /^zh\b/i.test(navigator.language) ? "zh" : "en";
export const words = WORDS[language];

// Fills every element that names its words in data-word, data-label, data-placeholder or data-alt.
export function fillIn() {
  document.documentElement.lang = /^zh\b/i.test(navigator.language) ? navigator.language : "en";
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = words[node.dataset.word];
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", words[node.dataset.label]);
  for (const node of document.querySelectorAll("[data-placeholder]")) node.placeholder = words[node.dataset.placeholder];
  for (const node of document.querySelectorAll("[data-alt]")) node.alt = words[node.dataset.alt];
}

// The time on the house's clock, as the messages tell it; without a zone, on the reader's.
function here(date) {
  const zone = document.body.dataset.zone;
  return zone ? new Date(date.toLocaleString("en-US", { timeZone: zone })) : date;
}

// 8:05 in Chinese, 8:05 am in English.
export function clock(at) {
  const date = here(at);
  const hour = date.getHours();
  const minute = String(date.getMinutes()).padStart(2, "0");
  if (language === "zh") return `${hour}:${minute}`;
  return `${hour % 12 || 12}:${minute} ${hour < 12 ? "am" : "pm"}`;
}

export function day(at) {
  const date = here(at);
  const now = here(new Date());
  if (date.toDateString() === now.toDateString()) return words.today;
  const before = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (date.toDateString() === before.toDateString()) return words.yesterday;
  const form = { weekday: "short", month: "short", day: "numeric" };
  if (date.getFullYear() !== now.getFullYear()) form.year = "numeric";
  return new Intl.DateTimeFormat(language, form).format(date);
}
