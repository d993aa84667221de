import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import * as httpLimits from '../coordinator/http/limits.js';
import * as roomLimits from '../coordinator/room/limits.js';
import * as limits from '../core/protocol/limits.js';
import { toCoordinator, toPeer } from '../core/protocol/messages.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const protocol = read('docs/protocol.md');

/** The cells of the table rows of `page` whose first cell is `name` in code. */
function rowsOf(page: string, name: string): string[][] {
  return page
    .split('\n')
    .filter((line) => line.startsWith(`| \`${name}\` `))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map((cells) => cells.slice(1, -1));
}

function between(page: string, start: string, end: string): string {
  const after = page.slice(page.indexOf(start));
  return after.slice(0, after.indexOf(end));
}

describe('the protocol page says what the code does', () => {
  test.each([
    { side: 'the peer', union: toCoordinator, start: 'From the peer:', end: 'From the coordinator:' },
    { side: 'the coordinator', union: toPeer, start: 'From the coordinator:', end: 'What the fields hold:' },
  ])('every control message of $side stands in its table, with its fields', ({ union, start, end }) => {
    const table = between(protocol, start, end);
    const written = union.options.map(({ shape: { type } }) => [
      type.value,
      rowsOf(table, type.value).map(([, fields]) => fields?.replaceAll('`', '') ?? ''),
    ]);
    const spoken = union.options.map(({ shape: { type, ...fields } }) => [
      type.value,
      [
        Object.entries(fields)
          .map(([name, schema]) => (schema.safeParse(undefined).success ? `${name}?` : name))
          .join(', '),
      ],
    ]);
    expect(written).toEqual(spoken);
  });

  test.each(Object.entries({ ...limits, ...roomLimits, ...httpLimits }))(
    '%s has its value there',
    (name, value) => {
      expect(rowsOf(protocol, name).map(([, written]) => written)).toEqual([inWords(name, value)]);
    },
  );
});

/** As people read it, by the unit that ends a limit's name. */
function inWords(name: string, value: number): string {
  if (name.endsWith('_MS')) return `${value / 1000} s`;
  if (!name.endsWith('_BYTES')) return value.toLocaleString('en');
  const power = Math.floor(Math.log2(value) / 10);
  return `${value / 1024 ** power} ${['B', 'KiB', 'MiB', 'GiB'][power]}`;
}

const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...pagesUnder('docs')];

function pagesUnder(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(folder, file));
}

/** Where the links and pictures of a page lead, code left out. */
function targetsIn(page: string): string[] {
  const prose = page.replace(/^```.*?^```/gms, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target]) => target ?? []);
}

/** Anchors of a page's headings, as GitHub makes them. */
function anchorsIn(page: string): Set<string> {
  const headings = page.replace(/^```.*?^```/gms, '').matchAll(/^#+ (.+)$/gm);
  return new Set(
    [...headings].map(([, text = '']) =>
      text
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

test.each(pages)('every link in %s leads somewhere', (page) => {
  const broken = targetsIn(read(page))
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      if (!existsSync(join(root, file))) return true;
      return anchor !== undefined && !anchorsIn(read(file)).has(anchor);
    });
  expect(broken).toEqual([]);
});
