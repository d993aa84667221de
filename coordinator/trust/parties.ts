import { randomBytes } from 'node:crypto';
import { hexToBytes } from '@noble/hashes/utils';
import type { PeerId } from '../../core/protocol/plan.js';
import { Ledger } from '../../core/trust/reputation/ledger.js';
import { type Party, Reputation } from '../../core/trust/reputation/reputation.js';
import { type Occasion, Selection } from '../../core/trust/reputation/selection.js';
import { type Finding, FLOOR } from '../../core/trust/reputation/standing.js';
import { bestEd25519, type Ed25519, keyIdOf, keyProof } from '../../core/trust/statement/ed25519.js';
import { type Statement, verifyStatement } from '../../core/trust/statement/statement.js';
import type { Member, RunMessage } from '../room/conductor.js';
import type { Archive } from './archive.js';

type KeyMessage = Extract<RunMessage, { type: 'key' }>;

/** A peer that has shown its key. */
export interface Known {
  readonly party: Party;
  /** 64 hex digits; `party.key` is its short name. */
  readonly key: string;
  readonly numericalClass: string;
  /** It is the coordinator's own: whoever runs it could as well write the result. */
  readonly isOwn: boolean;
}

/** Who stands behind the peers of a room, and what is known of them from one job, and one coordinator, to the next. */
export class Parties {
  readonly #room: string;
  readonly #known = new Map<PeerId, Known>();
  #reputation = new Reputation();
  #credit = new Ledger();
  readonly #archive: Archive;
  /** Resolves when it is known what coordinators before this one knew. */
  readonly #opened: Promise<void>;
  #isOpen = false;
  readonly #selection = new Selection(randomBytes(32));

  readonly #ownKeys: ReadonlySet<string>;

  /** `archive`: where all that is known is kept. `ownKeys`: of peers that the coordinator's own user runs, hex. */
  constructor(room: string, archive: Archive, ownKeys: ReadonlySet<string> = new Set()) {
    this.#room = room;
    this.#archive = archive;
    this.#ownKeys = ownKeys;
    this.#opened = this.#open();
    // Nobody computes before it is known who was shut out.
    this.#opened.catch((error) => archive.unreadable(error));
  }

  get credit(): Pick<Ledger, 'note' | 'void' | 'of' | 'export'> {
    return this.#credit;
  }

  /** A peer says which key is its own. Resolves to why it may not compute, or to undefined where it may. */
  async introduced(member: Member, { key, proof, numericalClass }: KeyMessage): Promise<string | undefined> {
    await this.#opened;
    const message = keyProof({ room: this.#room, peer: member.id, nonce: member.nonce });
    const isOwn = await (await ed25519()).verify(hexToBytes(key), message, hexToBytes(proof));
    if (!isOwn) return 'the key is not the one that signed the proof';
    const party = { key: keyIdOf(hexToBytes(key)), owner: member.owner };
    if (this.#isQuarantined(party.key)) return 'this key has been found out to compute wrongly';
    this.#known.set(member.id, { party, key, numericalClass, isOwn: this.#ownKeys.has(key) });
    return undefined;
  }

  lost(peer: PeerId): void {
    this.#known.delete(peer);
  }

  of(peer: PeerId): Known | undefined {
    return this.#known.get(peer);
  }

  /** Updates of cells that stood, of the peer's key and owner; undefined until it has shown its key. */
  creditOf(peer: PeerId): number | undefined {
    const known = this.#known.get(peer);
    return known && this.credit.of(known.party);
  }

  /** Whether a peer may be given a shard: it has a key, and the key has not been found out. */
  mayCompute(peer: PeerId): boolean {
    const known = this.#known.get(peer);
    return known !== undefined && !this.#isQuarantined(known.party.key);
  }

  async hasSigned({ key }: Known, statement: Statement, signature: string): Promise<boolean> {
    return verifyStatement(await ed25519(), key, statement, signature);
  }

  /** Whether a peer is no newcomer any more: whether not all of its spans are checked. */
  isTrusted(peer: PeerId): boolean {
    const known = this.#known.get(peer);
    return known !== undefined && this.#reputation.chanceOfCheck(known.party) < 1;
  }

  /** Whether a span of a shard is checked: as often as whoever signed it deserves. */
  isChecked(party: Party, occasion: Occasion): boolean {
    return this.#selection.checks(occasion, this.#reputation.chanceOfCheck(party));
  }

  /** The same of a span of which a share, from 0 to 1, has been compared with what somebody else computed. */
  isCheckedBeyond(share: number, party: Party, occasion: Occasion): boolean {
    const chance = Math.max(FLOOR, (1 - share) * this.#reputation.chanceOfCheck(party));
    return this.#selection.checks(occasion, chance);
  }

  /** How likely what a peer computes is checked. */
  chanceOfCheck(peer: PeerId): number {
    const known = this.#known.get(peer);
    return known ? this.#reputation.chanceOfCheck(known.party) : 1;
  }

  /** Whether a span is checked though two parties agree on it: they may be one. */
  isSampled(occasion: Occasion): boolean {
    return this.#selection.checks(occasion, FLOOR);
  }

  record(party: Party, finding: Finding): void {
    this.#reputation.record(party, finding);
    if (finding !== 'good') this.#keep();
  }

  /** All that was computed up to `step` is safe, or the job is done. */
  stands(step: number): void {
    this.#credit.stands(step);
    this.#keep();
  }

  /** Resolves when all that is known is in the store, or cannot be brought there. */
  close(): Promise<void> {
    return this.#archive.close();
  }

  async #open(): Promise<void> {
    const known = await this.#archive.open();
    this.#isOpen = true;
    if (!known) return;
    this.#reputation = Reputation.from(known.reputation);
    this.#credit = Ledger.from(known.credit);
  }

  #keep(): void {
    // Before, nothing has been learnt.
    if (!this.#isOpen) return;
    this.#archive.keep({ reputation: this.#reputation.export(), credit: this.#credit.export() });
  }

  #isQuarantined(key: string): boolean {
    return this.#reputation.standing(key).kind === 'quarantined';
  }
}

let chosen: Promise<Ed25519> | undefined;

function ed25519(): Promise<Ed25519> {
  chosen ??= bestEd25519();
  return chosen;
}
