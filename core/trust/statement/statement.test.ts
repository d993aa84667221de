import { bytesToHex, hexToBytes } from '@noble/hashes/utils';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../errors.js';
import { bestEd25519, type Ed25519, keyIdOf, portable } from './ed25519.js';
import {
  MAX_STATEMENT_BYTES,
  readStatement,
  type SignedStatement,
  type Statement,
  signStatement,
  verifyStatement,
} from './statement.js';

const hash = (digit: string) => digit.repeat(64);
const statement: Statement = {
  job: 'echo-1',
  plan: 3,
  shard: 1,
  step: 64,
  root: hash('a'),
  halos: [
    { shard: 0, sent: hash('1'), received: hash('2') },
    { shard: 2, sent: hash('3'), received: hash('4') },
  ],
};
const mine = Uint8Array.from({ length: 32 }, (_, n) => n);
const theirs = Uint8Array.from({ length: 32 }, (_, n) => 255 - n);

const own = await bestEd25519();
const both: [string, Ed25519][] = [
  ['the portable Ed25519', portable],
  ['the platform’s own', own],
];

it('Node has an Ed25519 of its own', () => {
  expect(own).not.toBe(portable);
});

describe.each(both)('by %s', (_, ed25519) => {
  it('a key signs as RFC 8032 has it (7.1, test 1)', async () => {
    const secret = hexToBytes('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60');
    const key = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';
    expect(bytesToHex(ed25519.publicKey(secret))).toBe(key);
    expect(bytesToHex(await ed25519.sign(secret, new Uint8Array()))).toMatch(
      /^e5564300c360ac729086e2cc806e828a84877f1e/,
    );
  });

  it('a statement is its signer’s, in all its parts', async () => {
    const signed = await signStatement(ed25519, mine, statement);
    for (const [, other] of both) expect(await verifyStatement(other, signed)).toBe(true);
    const [first, second] = statement.halos as [Statement['halos'][0], Statement['halos'][0]];
    const changed: Statement[] = [
      { ...statement, job: 'echo-2' },
      { ...statement, plan: 4 },
      { ...statement, shard: 2 },
      { ...statement, step: 65 },
      { ...statement, root: hash('b') },
      { ...statement, halos: [first] },
      { ...statement, halos: [{ ...first, received: hash('5') }, second] },
      { ...statement, halos: [{ ...first, shard: 1 }, second] },
    ];
    for (const other of changed)
      expect(await verifyStatement(ed25519, { ...signed, statement: other })).toBe(false);
  });

  it('nobody passes honest work off as their own, or puts another’s name to theirs', async () => {
    const signed = await signStatement(ed25519, mine, statement);
    const stolen: SignedStatement = { ...signed, key: bytesToHex(ed25519.publicKey(theirs)) };
    expect(await verifyStatement(ed25519, stolen)).toBe(false);
    const forged = { ...(await signStatement(ed25519, theirs, statement)), key: signed.key };
    expect(await verifyStatement(ed25519, forged)).toBe(false);
  });

  it('what is no key and no signature verifies nothing', async () => {
    expect(await ed25519.verify(new Uint8Array(32).fill(255), mine, new Uint8Array(64))).toBe(false);
    expect(await ed25519.verify(new Uint8Array(5), mine, new Uint8Array(7))).toBe(false);
  });
});

describe('a statement that is read', () => {
  it('is what was written', async () => {
    const signed = await signStatement(own, mine, statement);
    expect(readStatement(JSON.stringify(signed))).toEqual(signed);
  });

  it('is refused where it is too long, is no JSON or breaks its schema', async () => {
    const signed = await signStatement(own, mine, statement);
    const broken = [
      ' '.repeat(MAX_STATEMENT_BYTES + 1),
      '{',
      JSON.stringify({ ...signed, more: 1 }),
      JSON.stringify({ ...signed, signature: 'ab' }),
      JSON.stringify({ ...signed, statement: { ...statement, root: hash('A') } }),
      JSON.stringify({ ...signed, statement: { ...statement, halos: [...statement.halos].reverse() } }),
    ];
    for (const text of broken) expect(() => readStatement(text)).toThrow(ProtocolError);
  });

  it('of the most neighbours fits the limit', () => {
    const halos = Array.from({ length: 512 }, (_, shard) => ({
      shard,
      sent: hash('1'),
      received: hash('2'),
    }));
    const signed = { statement: { ...statement, halos }, key: hash('c'), signature: hash('d') + hash('e') };
    expect(readStatement(JSON.stringify(signed)).statement.halos).toHaveLength(512);
  });
});

it('a key’s id is the same wherever it is made, and another for another key', () => {
  const [a, b] = [mine, theirs].map((secret) => keyIdOf(portable.publicKey(secret)));
  expect(a).toMatch(/^[0-9a-f]{32}$/);
  expect(a).not.toBe(b);
});
