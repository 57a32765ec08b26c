// SVG by hand: elements, a plot that redraws at its width, one tooltip for the whole page. Colours are classes of the
// style sheet, so both themes and print work.
import { byId } from '../src/dom';

type Attributes = Record<string, string | number>;

export function shape(name: string, attributes: Attributes, text = ''): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  if (text !== '') element.textContent = text;
  return element;
}

export function label(x: number, y: number, text: string, className = 'axis', anchor = 'start'): SVGElement {
  return shape('text', { x, y, class: className, 'text-anchor': anchor, 'dominant-baseline': 'middle' }, text);
}

// Draws now and again whenever the width changes. `describe` is what a screen reader says instead of the picture.
export function plot(panel: HTMLElement, height: number, describe: string, draw: (svg: SVGElement, width: number) => void): SVGElement {
  const svg = shape('svg', { class: 'plot', role: 'img', 'aria-label': describe, height });
  panel.append(svg);
  let drawn = 0;
  const redraw = (): void => {
    const width = Math.floor(panel.clientWidth);
    if (width === 0 || width === drawn) return;
    drawn = width;
    svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    svg.replaceChildren();
    draw(svg, width);
  };
  redraw();
  new ResizeObserver(redraw).observe(panel);
  return svg;
}

// `lines`: the first is the heading.
export function tip(target: Element, lines: () => string[]): void {
  const box = byId('tip');
  const show = (x: number, y: number): void => {
    box.replaceChildren(
      ...lines().map((line, i) => {
        const row = document.createElement(i === 0 ? 'b' : 'span');
        row.textContent = line;
        return row;
      }),
    );
    box.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = box;
    box.style.left = `${Math.max(4, Math.min(x + 14, document.documentElement.clientWidth - width - 8)) + window.scrollX}px`;
    box.style.top = `${(y + 18 + height > window.innerHeight ? y - height - 12 : y + 18) + window.scrollY}px`;
  };
  const hide = (): void => {
    box.hidden = true;
  };
  target.addEventListener('pointermove', (event) => show((event as PointerEvent).clientX, (event as PointerEvent).clientY));
  target.addEventListener('pointerleave', hide);
  target.addEventListener('focus', () => {
    const at = target.getBoundingClientRect();
    show(at.left + at.width / 2, at.bottom - 12);
  });
  target.addEventListener('blur', hide);
}

export interface Axis {
  (value: number): number;
}
export function linear(from: number, to: number, start: number, end: number): Axis {
  const slope = to > from ? (end - start) / (to - from) : 0;
  return (value) => start + (value - from) * slope;
}
