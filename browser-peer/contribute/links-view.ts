import type { LinkStatus } from '../../core/peer/contributor.js';
import type { RosterEntry } from '../../core/protocol/document.js';
import type { PeerId } from '../../core/protocol/plan.js';
import { element, show } from './elements.js';
import type { LinkRates } from './link-rates.js';
import { bytes, milliseconds } from './numbers.js';

const PATH_WORDS = { direct: 'Direct', relay: 'Relay' } as const;

/** The devices that hold neighbouring pieces. Undefined: this device holds none. */
export function showLinks(
  links: readonly LinkStatus[] | undefined,
  roster: ReadonlyMap<PeerId, RosterEntry>,
  rates: LinkRates,
): void {
  show('links-card', links !== undefined);
  if (!links) return;
  show('no-links', links.length === 0);
  show('links', links.length > 0);
  const rows = element('link-rows', HTMLElement);
  while (rows.childElementCount > links.length) rows.lastElementChild?.remove();
  while (rows.childElementCount < links.length) rows.append(emptyRow());
  const now = performance.now() / 1000;
  for (const [i, link] of links.entries()) {
    const { peer, path, roundTrip, bytesSent, bytesReceived } = link;
    const rate = `${bytes(rates.of(peer, link, now))}/s`;
    const way = [nameOf(peer, roster), PATH_WORDS[path], milliseconds(roundTrip)];
    const texts = [...way, rate, bytes(bytesSent), bytes(bytesReceived)];
    const cells = [...(rows.children[i]?.children ?? [])];
    for (const [column, text] of texts.entries()) {
      const cell = cells[column];
      if (cell && cell.textContent !== text) cell.textContent = text;
    }
  }
}

function nameOf(peer: PeerId, roster: ReadonlyMap<PeerId, RosterEntry>): string {
  const entry = roster.get(peer);
  return entry?.name || peer;
}

function emptyRow(): HTMLTableRowElement {
  const row = document.createElement('tr');
  const device = document.createElement('th');
  device.scope = 'row';
  row.append(device, ...['', 'number', 'number', 'number total', 'number total'].map(cellOf));
  return row;
}

function cellOf(className: string): HTMLTableCellElement {
  const cell = document.createElement('td');
  cell.className = className;
  return cell;
}
