import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Names of this machine: only there may a token go that was not given for this call. */
const THIS_MACHINE = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * The right to submit and stop: the token that was given, or, for a coordinator on this machine, the one in its
 * folder `data`. Undefined where there is none.
 */
export async function tokenFor(
  url: URL,
  { token, data }: { readonly token?: string; readonly data: string },
): Promise<string | undefined> {
  if (token !== undefined) return token;
  if (!THIS_MACHINE.has(url.hostname)) return undefined;
  return readFile(join(data, 'token'), 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
}
