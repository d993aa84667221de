/** The page's own element with this id. Throws RangeError where index.html and the scripts have drifted apart. */
export function element<T extends Element>(id: string, type: abstract new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new RangeError(`index.html has no ${type.name} with the id ${id}`);
  return found;
}

/** Writes only what changed: a live region would read the same words again. */
export function say(id: string, text: string): void {
  const place = element(id, HTMLElement);
  if (place.textContent !== text) place.textContent = text;
}

/** Shows the words, or takes their place away where there are none. */
export function sayIfAny(id: string, text: string): void {
  say(id, text);
  show(id, text !== '');
}

export function show(id: string, shown: boolean): void {
  const place = element(id, HTMLElement);
  if (place.hidden === shown) place.hidden = !shown;
}
