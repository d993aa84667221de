/** Makes a table's body show these rows, the first cell of each its heading, and touches only what has changed. */
export function fillRows(
  body: HTMLElement,
  rows: readonly (readonly string[])[],
  numbers: readonly number[] = [],
): void {
  while (body.childElementCount > rows.length) body.lastElementChild?.remove();
  for (const [index, texts] of rows.entries()) {
    const row = body.children[index] ?? body.appendChild(document.createElement('tr'));
    for (const [column, text] of texts.entries()) {
      const cell = row.children[column] ?? row.appendChild(cellOf(column, numbers.includes(column)));
      if (cell.textContent !== text) cell.textContent = text;
    }
  }
}

function cellOf(column: number, isNumber: boolean): HTMLTableCellElement {
  const cell = document.createElement(column === 0 ? 'th' : 'td');
  if (column === 0) cell.scope = 'row';
  if (isNumber) cell.className = 'number';
  return cell;
}
