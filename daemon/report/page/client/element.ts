/** What an element is made with: its class, its attributes, and what it does when something happens to it. */
export interface ElementOptions {
  class?: string;
  /** Attributes by name; `true` is one without a value, `false` and undefined are left out. */
  [attribute: string]: string | number | boolean | undefined | ((event: Event) => void);
}
export type Child = Node | string | undefined | false;

/** An element of the page. Text goes in as text, never as markup, whoever wrote it. */
export function h<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, options: ElementOptions = {}, ...children: Child[]): HTMLElementTagNameMap[Tag] {
  return filled(document.createElement(tag), options, children);
}

/** The same for drawings. */
export function svg<Tag extends keyof SVGElementTagNameMap>(tag: Tag, options: ElementOptions = {}, ...children: Child[]): SVGElementTagNameMap[Tag] {
  return filled(document.createElementNS('http://www.w3.org/2000/svg', tag), options, children);
}

/** The element of page.html with this id; the page and its script come from one build. */
export function byId<E extends HTMLElement = HTMLElement>(id: string): E {
  const found = document.getElementById(id);
  if (!found) throw new Error(`page.html has no element #${id}`);
  return found as E;
}

/** Sets a text when it is another one: a reader of the screen does not hear again what has not changed. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

function filled<E extends Element>(element: E, options: ElementOptions, children: Child[]): E {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.filter((child) => child !== undefined && child !== false));
  return element;
}
