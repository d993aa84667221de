import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RightsError } from '../../core/errors.js';
import { isThisMachine } from './address.js';

/**
 * The right to submit and stop: the token that was given, or, for a coordinator on this machine, the one in its
 * folder `data`, which goes nowhere else. Undefined where there is none; an empty one is none.
 * @throws RightsError where it has characters that no token has, and no header takes.
 */
export async function tokenFor(
  url: URL,
  { token, data }: { readonly token?: string; readonly data: string },
): Promise<string | undefined> {
  if (token) {
    if (!/^[\x21-\x7e]+$/.test(token)) {
      throw new RightsError(
        '--token: this is no token; give it as the file "token" of the coordinator’s folder has it',
      );
    }
    return token;
  }
  if (!isThisMachine(url)) return undefined;
  return readFile(join(data, 'token'), 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
}
