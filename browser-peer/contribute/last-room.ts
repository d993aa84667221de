const KEY = 'groundswell.room';

/** The query by which an installed app is opened: the manifest can't know to which room its visitor was invited. */
const APP = 'app';

/** The query that says which room, and with what invitation: an app opens the one that was open here last. */
export function roomQuery(search: string, storage: Storage | undefined): string {
  try {
    if (new URLSearchParams(search).has(APP)) return storage?.getItem(KEY) ?? '';
    storage?.setItem(KEY, search);
  } catch {
    // A browser that keeps nothing has the app open the first room.
  }
  return search;
}
