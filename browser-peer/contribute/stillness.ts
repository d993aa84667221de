const TICK_MS = 5_000;

/** A tab that nobody sees may be woken once a minute only; longer than that it was held still. */
const LATE_MS = 75_000;

/**
 * Tells when the page has been held still, by a browser that freezes what nobody sees or a device that slept, once it is over.
 * For as long as the page is open; `page` is its document.
 */
export function watchStillness(page: EventTarget, onStill: (seconds: number) => void): void {
  let alive = Date.now();
  const look = (longest: number) => {
    const still = Date.now() - alive;
    alive = Date.now();
    if (still > longest) onStill(still / 1000);
  };
  setInterval(() => look(LATE_MS), TICK_MS);
  // Where the browser says so itself, less counts too.
  page.addEventListener('freeze', () => look(LATE_MS));
  page.addEventListener('resume', () => look(0));
}
