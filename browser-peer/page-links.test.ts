import { expect, test } from 'vitest';
import { roomSearch } from './page-links.js';

test('from page to page a visitor takes along the room and what lets one in, and nothing that is of one page', () => {
  expect(roomSearch('?room=pond&invite=A-b_9&engine=wasm&kiosk')).toBe('?room=pond&invite=A-b_9');
  expect(roomSearch('?member=3')).toBe('');
});
