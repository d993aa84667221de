import { setTimeout as pause } from 'node:timers/promises';

/** Where every EC2 instance finds what is known of it. */
export const EC2_METADATA = 'http://169.254.169.254';
/** What EC2 advises; a notice comes two minutes ahead. */
const POLL_MS = 5_000;
/** An address of the instance itself answers at once, or there is nobody. */
const ANSWER_MS = 2_000;
const TOKEN_SECONDS = 21_600;

const NOTICES = [
  { path: '/latest/meta-data/spot/instance-action', says: 'EC2 takes this instance back soon' },
  {
    path: '/latest/meta-data/events/recommendations/rebalance',
    says: 'EC2 expects that it will take this instance back',
  },
] as const;

/**
 * Resolves with what EC2 announces, in words, when it does: that a spot instance will be interrupted, or is likely to be. Asks the instance
 * metadata service (version 2: with a token) every `pollMs`; where nobody answers, it goes on asking. Resolves to undefined when
 * `signal` aborts. Never rejects.
 */
export async function ec2Notice(
  signal: AbortSignal,
  { address = EC2_METADATA, pollMs = POLL_MS }: { readonly address?: string; readonly pollMs?: number } = {},
): Promise<string | undefined> {
  const metadata = new Metadata(address, signal);
  while (!signal.aborted) {
    for (const { path, says } of NOTICES) if (await metadata.has(path)) return says;
    await pause(pollMs, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

class Metadata {
  readonly #address: string;
  readonly #signal: AbortSignal;
  #token: string | undefined;

  constructor(address: string, signal: AbortSignal) {
    this.#address = address;
    this.#signal = signal;
  }

  /** False where there is no such thing, or nobody answers. */
  async has(path: string): Promise<boolean> {
    this.#token ??= await this.#newToken();
    if (this.#token === undefined) return false;
    const answer = await this.#ask(path, { headers: { 'X-aws-ec2-metadata-token': this.#token } });
    // Tokens end, and are asked for again.
    if (answer?.status === 401) this.#token = undefined;
    return answer?.ok ?? false;
  }

  async #newToken(): Promise<string | undefined> {
    const headers = { 'X-aws-ec2-metadata-token-ttl-seconds': `${TOKEN_SECONDS}` };
    const answer = await this.#ask('/latest/api/token', { method: 'PUT', headers });
    return answer?.ok ? answer.text : undefined;
  }

  async #ask(path: string, request: RequestInit) {
    try {
      const signal = AbortSignal.any([this.#signal, AbortSignal.timeout(ANSWER_MS)]);
      const answer = await fetch(new URL(path, this.#address), { ...request, signal });
      return { ok: answer.ok, status: answer.status, text: await answer.text() };
    } catch {
      return undefined;
    }
  }
}
