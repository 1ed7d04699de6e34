// Runs in the page; answers `Findings`.
const rgb = text => {
  const parts = text.match(/^rgba?\(([\d.]+), ([\d.]+), ([\d.]+)(?:, ([\d.]+))?\)$/);
  if (!parts) throw new Error('not a colour that we can read: ' + text);
  return parts.slice(1).map((part, at) => part === undefined ? 1 : at < 3 ? part / 255 : Number(part));
};

// WCAG 2.2: relative luminance, and contrast of two of them.
const luminance = colour => {
  const [r, g, b] = colour.map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);

// The colour behind an element: of the nearest ancestor that has one.
const behind = element => {
  for (let at = element; at; at = at.parentElement) {
    const colour = rgb(getComputedStyle(at).backgroundColor);
    if (colour[3] === 1) return colour;
    if (colour[3] !== 0) throw new Error('a see-through background: ' + at.outerHTML);
  }
  return [1, 1, 1, 1];
};

// Not for people: what is folded away, beside the screen, or there for password managers.
const seen = element => {
  if (element.closest('[aria-hidden=true]')) return false;
  const box = element.getBoundingClientRect();
  return element.checkVisibility() && box.width > 1 && box.height > 1 && box.bottom > 0 && box.right > 0;
};
const sketch = element => element.cloneNode(false).outerHTML + ' ' + element.textContent.trim().slice(0, 40);
const all = css => [...document.querySelectorAll(css)].filter(seen);

const speaks = element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
const texts = all('body *').filter(speaks);
const faint = texts.filter(element => {
  const front = rgb(getComputedStyle(element).color);
  return contrast(luminance(front), luminance(behind(element))) < 4.5;
});

const awkward = all('button, input, a.btn').filter(element => {
  const box = element.getBoundingClientRect();
  return box.height < 44 || box.left < 0 || box.right > innerWidth;
});
const nameless = all('input').filter(input => input.labels.length === 0);

return {
  title: document.title,
  width: document.documentElement.scrollWidth,
  background: luminance(behind(document.body)),
  texts: texts.length,
  faint: faint.map(sketch),
  awkward: awkward.map(sketch),
  nameless: nameless.map(sketch),
};
