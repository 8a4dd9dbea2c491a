// What a person with weak eyes, large fingers or a screen reader would stumble over; [] when nothing.
() => {
  const visible = {opacityProperty: true, visibilityProperty: true};
  const seen = (node) => node.checkVisibility(visible) && !node.closest('.sr');
  const parse = (text) => text.match(/[\d.]+/g).map(Number);
  const luminance = (rgb) => rgb.slice(0, 3).map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const colour = parse(getComputedStyle(node).backgroundColor);
      if (colour.length < 4 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const brief = (node) => node.outerHTML.slice(0, 80);
  const faults = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !seen(node) || node.tagName === 'NOSCRIPT') continue;
    const style = getComputedStyle(node);
    const [dark, light] = [luminance(parse(style.color)), luminance(ground(node))].sort((a, b) => a - b);
    const what = walker.currentNode.data.trim().slice(0, 20);
    if ((light + 0.05) / (dark + 0.05) < 4.5) faults.push(`contrast ${(light + 0.05) / (dark + 0.05)}: ${what}`);
    if (parseFloat(style.fontSize) < 16) faults.push(`small ${style.fontSize}: ${what}`);
    if (!node.closest('[lang]')?.lang) faults.push(`no language: ${what}`);
  }
  for (const node of document.querySelectorAll('button, textarea, label, a.file')) {
    const {width, height} = node.getBoundingClientRect();
    if (seen(node) && Math.min(width, height) < 44) faults.push(`target ${width}x${height}: ${brief(node)}`);
  }
  for (const node of document.querySelectorAll('button, textarea, input, a, dialog, iframe, [role=log], [role=group]')) {
    const name = node.getAttribute('aria-label') || node.textContent.trim() || node.title;
    if (!name) faults.push(`no name: ${brief(node)}`);
  }
  for (const node of document.querySelectorAll('img')) if (!node.alt) faults.push(`no alt: ${node.outerHTML}`);
  for (const node of document.querySelectorAll('.text')) {
    const em = parseFloat(getComputedStyle(node).fontSize);
    if (node.clientWidth / em > 38) faults.push(`line of ${node.clientWidth / em} em`);
  }
  const ids = [...document.querySelectorAll('[id]')].map((node) => node.id);
  if (new Set(ids).size < ids.length) faults.push('ids twice');
  if (document.querySelectorAll('h1').length !== 1) faults.push('not one h1');
  if (document.documentElement.scrollWidth > innerWidth) faults.push('scrolls sideways');
  return faults;
}
