/** Where each page lies, relative to the coordinator's address. */
const PLACES: Readonly<Record<string, string>> = { contribute: './', watch: 'watch', lab: 'lab' };

/** What of a page's query says which room it is, and what lets one into it. */
const OF_THE_ROOM = ['room', 'invite'];

/** Has every link to another page lead into the same room, with the same rights. `search`: the query of a page of that room. */
export function linkPages(search: string): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[data-page]')) {
    const place = PLACES[link.dataset.page ?? ''];
    if (place !== undefined) link.href = `${place}${roomSearch(search)}`;
  }
}

/** The part of a query that the pages share, to be put behind an address; empty where there is none. */
export function roomSearch(search: string): string {
  const query = new URLSearchParams(search);
  const shared = OF_THE_ROOM.flatMap((name) => {
    const value = query.get(name);
    return value === null ? [] : [[name, value]];
  });
  return shared.length === 0 ? '' : `?${new URLSearchParams(shared)}`;
}
