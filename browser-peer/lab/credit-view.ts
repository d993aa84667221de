import type { ExportedLedger } from '../../core/trust/reputation/ledger.js';
import { element, show } from '../contribute/elements.js';
import { roughly } from '../contribute/numbers.js';
import type { LabApi } from './lab-api.js';
import { fillRows } from './rows.js';

const NUMBERS = [2];
/** Rows shown; the files have all. */
const MOST_ROWS = 100;

/** Whose cell updates stood, the most deserving first. */
export function showCredit(api: LabApi, { credits }: ExportedLedger): void {
  show('no-credit', credits.length === 0);
  show('credit-table', credits.length > 0);
  element('credit-csv', HTMLAnchorElement).href = api.creditAddress('csv');
  element('credit-json', HTMLAnchorElement).href = api.creditAddress('json');
  const rows = credits
    .slice(0, MOST_ROWS)
    .map(({ key, owner, cellUpdates }) => [key, owner, roughly(cellUpdates)]);
  fillRows(element('credit-rows', HTMLElement), rows, NUMBERS);
}
