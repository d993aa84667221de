import { LineCounter, parseDocument } from 'yaml';
import { readPath } from './field-path.js';

/**
 * The line, counted from 1, of a job file's text on which a field stands, as a fault names it: `grid.shape[1]`. Where
 * the field is missing, the line of the innermost set of fields around it that is there; undefined where there is none.
 */
export function lineOfField(text: string, field: string): number | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const path = readPath(field, plainOf(document)) ?? [];
  for (let length = path.length; length > 0; length--) {
    const at = startOf(document.getIn(path.slice(0, length), true));
    if (at !== undefined) return lines.linePos(at).line;
  }
  return undefined;
}

function plainOf(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS();
  } catch {
    return undefined;
  }
}

function startOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node)) return undefined;
  const { range } = node;
  return Array.isArray(range) && typeof range[0] === 'number' ? range[0] : undefined;
}
