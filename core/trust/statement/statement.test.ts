import { bytesToHex, hexToBytes } from '@noble/hashes/utils';
import { describe, expect, it } from 'vitest';
import { bestEd25519, type Ed25519, keyIdOf, portable, signerOf } from './ed25519.js';
import { type Statement, signStatement, statementSchema, verifyStatement } from './statement.js';

const hash = (digit: string) => digit.repeat(64);
const statement: Statement = {
  job: 'echo-1',
  plan: 3,
  shard: 1,
  from: 32,
  step: 64,
  root: hash('a'),
  outputs: hash('9'),
  halos: [
    { shard: 0, sent: hash('1'), received: hash('2') },
    { shard: 2, sent: hash('3'), received: hash('4') },
  ],
};
const mine = Uint8Array.from({ length: 32 }, (_, n) => n);
const theirs = Uint8Array.from({ length: 32 }, (_, n) => 255 - n);

const keyOf = (secret: Uint8Array) => bytesToHex(portable.publicKey(secret));

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
    const signature = await signStatement(signerOf(ed25519, mine), statement);
    for (const [, other] of both)
      expect(await verifyStatement(other, keyOf(mine), statement, signature)).toBe(true);
    const [first, second] = statement.halos as [Statement['halos'][0], Statement['halos'][0]];
    const changed: Statement[] = [
      { ...statement, job: 'echo-2' },
      { ...statement, plan: 4 },
      { ...statement, shard: 2 },
      { ...statement, step: 65 },
      { ...statement, from: 1 },
      { ...statement, root: hash('b') },
      { ...statement, outputs: hash('b') },
      { ...statement, halos: [first] },
      { ...statement, halos: [{ ...first, received: hash('5') }, second] },
      { ...statement, halos: [{ ...first, shard: 1 }, second] },
    ];
    for (const other of changed)
      expect(await verifyStatement(ed25519, keyOf(mine), other, signature)).toBe(false);
  });

  it('nobody passes honest work off as their own, or puts another’s name to theirs', async () => {
    const signature = await signStatement(signerOf(ed25519, mine), statement);
    expect(await verifyStatement(ed25519, keyOf(theirs), statement, signature)).toBe(false);
  });

  it('what is no key and no signature verifies nothing', async () => {
    expect(await ed25519.verify(new Uint8Array(32).fill(255), mine, new Uint8Array(64))).toBe(false);
    expect(await ed25519.verify(new Uint8Array(5), mine, new Uint8Array(7))).toBe(false);
  });
});

it('a statement that breaks its schema is none', () => {
  expect(statementSchema.safeParse(statement).success).toBe(true);
  for (const broken of [
    { ...statement, more: 1 },
    { ...statement, root: hash('A') },
    { ...statement, halos: [...statement.halos].reverse() },
  ])
    expect(statementSchema.safeParse(broken).success).toBe(false);
});

it('a key’s id is the same wherever it is made, and another for another key', () => {
  const [a, b] = [mine, theirs].map((secret) => keyIdOf(portable.publicKey(secret)));
  expect(a).toMatch(/^[0-9a-f]{32}$/);
  expect(a).not.toBe(b);
});
