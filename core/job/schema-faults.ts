import type { z } from 'zod';
import type { FaultList } from './faults.js';
import { writtenPath } from './faults.js';
import { suggest } from './nearest.js';

type Issue = z.core.$ZodIssue;
type RawIssue = z.core.$ZodRawIssue;

/**
 * zod tells which keys it did not know, not which it does. This error map carries them in the message,
 * where `addIssue` finds them.
 */
export function knownKeysAsMessage(issue: RawIssue): string | undefined {
  if (issue.code !== 'unrecognized_keys') return undefined;
  const { def } = (issue.inst as z.core.$ZodObject)._zod;
  return Object.keys(def.shape).join(' ');
}

/** Adds zod's issue, found under `path`, in words that need no knowledge of zod. */
export function addIssue(faults: FaultList, issue: Issue, path: readonly PropertyKey[] = []): void {
  const at = [...path, ...issue.path];
  const field = writtenPath(at);
  switch (issue.code) {
    case 'unrecognized_keys':
      for (const key of issue.keys) {
        faults.add(writtenPath([...at, key]), 'is not known', suggest(key, issue.message.split(' ')));
      }
      return;
    case 'invalid_union':
      addUnion(faults, issue, at);
      return;
    case 'invalid_key':
      faults.add(field, 'has a name that is not allowed', NAME_RULE);
      return;
    default:
      faults.add(field, problemOf(issue), fixOf(issue));
  }
}

/** Of a union's members, people meant the one that fits best; where none fits at all, each is offered. */
function addUnion(
  faults: FaultList,
  issue: Issue & { code: 'invalid_union' },
  at: readonly PropertyKey[],
): void {
  if ('options' in issue && Array.isArray(issue.options)) {
    const last = at.at(-1);
    const parent = issue.input as Record<PropertyKey, unknown> | undefined;
    const given = last === undefined ? undefined : parent?.[last];
    faults.add(writtenPath(at), problemWith(given), suggest(String(given), issue.options.map(String)));
    return;
  }
  const atRoot = (branch: readonly Issue[]) =>
    branch.some((inner) => inner.path.length === 0 && ROOT_MISMATCH.has(inner.code));
  const fitting = issue.errors.filter((branch) => !atRoot(branch));
  if (fitting.length === 0) {
    const fixes = new Set(issue.errors.flat().map(fixOf));
    faults.add(writtenPath(at), problemWith(issue.input), [...fixes].join(', or: '));
    return;
  }
  const best = fitting.reduce((a, b) => (weight(b) < weight(a) ? b : a));
  for (const inner of best) addIssue(faults, inner, at);
}

const ROOT_MISMATCH: ReadonlySet<string> = new Set(['invalid_type', 'invalid_value']);

const weight = (branch: readonly Issue[]) =>
  branch.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0);

const NAME_RULE = 'Use letters, digits, - and _, starting with a letter, 64 at most';

function problemOf(issue: Issue): string {
  return issue.code === 'custom' ? 'is not of the right form' : problemWith(issue.input);
}

/** NaN and infinities can be written in YAML, and are no numbers of a job. */
function problemWith(input: unknown): string {
  if (input === undefined) return 'is missing';
  if (input === null) return 'is empty';
  if (Array.isArray(input)) return `is a list of ${input.length}`;
  if (typeof input === 'object') return 'is a set of fields';
  if (typeof input === 'string') {
    return input.length > 60 ? `is a text of ${input.length} characters` : `is the text "${input}"`;
  }
  return `is ${String(input)}`;
}

const KINDS: Readonly<Record<string, string>> = {
  number: 'Give a number',
  int: 'Give a whole number',
  string: 'Give a text',
  boolean: 'Give true or false',
  array: 'Give a list, for example [a, b]',
  tuple: 'Give a list, for example [a, b]',
  object: 'Give a set of fields, for example {x: 1}',
  record: 'Give a set of named entries',
};

function fixOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return KINDS[issue.expected] ?? `Give a value of type ${issue.expected}`;
    case 'invalid_value':
      return suggest(String(issue.input), issue.values.map(String));
    case 'too_small':
      return bound(issue.origin, issue.inclusive === false ? 'more than' : 'at least', Number(issue.minimum));
    case 'too_big':
      return bound(issue.origin, issue.inclusive === false ? 'less than' : 'at most', Number(issue.maximum));
    case 'invalid_format':
      return NAME_RULE;
    default:
      return issue.message;
  }
}

function bound(origin: string, relation: string, limit: number): string {
  if (origin === 'string') return `Give ${relation} ${limit} characters`;
  if (origin === 'array') return `Give ${relation} ${limit} entries`;
  return `Give ${relation} ${limit}`;
}
