import type { Context } from './context.js';
import { Exit } from './exit.js';
import { aborted } from './lifetime.js';
import { startLocalPeers } from './local-peers.js';
import type { EngineChoice } from './parts.js';

export interface JoinCommandOptions {
  readonly engine: EngineChoice;
  readonly name: string;
  readonly peers: number;
}

/** `groundswell join`: this machine computes along until the room lets it go or somebody ends it. */
export async function join(url: URL, options: JoinCommandOptions, context: Context): Promise<number> {
  return options.peers === 1 ? joinHere(url, options, context) : joinMany(url, options, context);
}

async function joinHere(url: URL, { engine, name }: JoinCommandOptions, { parts, lifetime, print }: Context) {
  const joined = await parts.joinRoom({ url, engine, name, onStatus: print });
  const end = await Promise.race([joined.done.then(() => 'over'), aborted(lifetime).then(() => 'leave')]);
  if (end === 'leave') await joined.leave();
  return Exit.ok;
}

async function joinMany(url: URL, { engine, name, peers: count }: JoinCommandOptions, context: Context) {
  const peers = startLocalPeers({ count, url: url.href, engine, name, onLost: context.print });
  try {
    context.print(`${count} peers are joining ${url.href}`);
    const status = await Promise.race([peers.ended, aborted(context.lifetime).then(() => Exit.ok)]);
    return status ?? Exit.jobEnded;
  } finally {
    await peers.stop();
  }
}
