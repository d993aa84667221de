import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isThisMachine } from './address.js';

/**
 * The right to submit and stop: the token that was given, or, for a coordinator on this machine, the one in its
 * folder `data`, which goes nowhere else. Undefined where there is none.
 */
export async function tokenFor(
  url: URL,
  { token, data }: { readonly token?: string; readonly data: string },
): Promise<string | undefined> {
  if (token !== undefined) return token;
  if (!isThisMachine(url)) return undefined;
  return readFile(join(data, 'token'), 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
}
