import { ModelError } from '../../core/errors.js';
import { MAX_SOURCE } from './limits.js';
import type { NumberType, Position } from './syntax.js';

export type Token = Position &
  (
    | { readonly kind: 'word'; readonly text: string }
    | { readonly kind: 'number'; readonly text: string; readonly type: NumberType; readonly value: number }
    | { readonly kind: 'symbol'; readonly text: string }
    | { readonly kind: 'end'; readonly text: '' }
  );

const BLANK = /[\s\u200e\u200f]+|\/\/[^\n\v\f\r\u0085\u2028\u2029]*/uy;
const WORD = /[\p{XID_Start}_]\p{XID_Continue}*/uy;
const NUMBER =
  /0[xX][0-9a-fA-F]+[iu]?|(?:\d+\.\d*|\.\d+)(?:[eE][+-]?\d+)?[fh]?|\d+[eE][+-]?\d+[fh]?|\d+[iufh]?/uy;
const SYMBOL = /->|<<=|>>=|\+\+|--|[-+*/%&|^=!<>]=|&&|\|\||<<|>>|[-+*/%&|^=!<>~@(){}[\],;:.]/uy;

/** The words, numbers and symbols of a WGSL source, comments left out, closed by an `end`. Throws ModelError. */
export function tokenize(source: string): Token[] {
  if (source.length > MAX_SOURCE) {
    throw new ModelError(1, 1, `a model has at most ${MAX_SOURCE} characters; this one has ${source.length}`);
  }
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  let lineStart = 0;

  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0];
  };
  const skip = (text: string): void => {
    for (const newline of text.matchAll(/\r\n|[\n\v\f\r\u0085\u2028\u2029]/g)) {
      line += 1;
      lineStart = at + newline.index + newline[0].length;
    }
    at += text.length;
  };

  while (at < source.length) {
    const position = { line, column: at - lineStart + 1 };
    const blank = match(BLANK) ?? blockComment(source, at, position);
    if (blank !== undefined) {
      skip(blank);
      continue;
    }
    const token = wordOrNumber(match, position) ?? symbol(match, position);
    if (!token)
      throw new ModelError(line, position.column, `${source.slice(at, at + 1)} means nothing in WGSL`);
    tokens.push(token);
    at += token.text.length;
  }
  tokens.push({ kind: 'end', text: '', line, column: at - lineStart + 1 });
  return tokens;
}

type Match = (pattern: RegExp) => string | undefined;

function wordOrNumber(match: Match, position: Position): Token | undefined {
  const word = match(WORD);
  if (word !== undefined) return { kind: 'word', text: word, ...position };
  const number = match(NUMBER);
  if (number === undefined) return undefined;
  return { kind: 'number', text: number, ...numberOf(number, position), ...position };
}

function symbol(match: Match, position: Position): Token | undefined {
  const text = match(SYMBOL);
  return text === undefined ? undefined : { kind: 'symbol', text, ...position };
}

function numberOf(text: string, { line, column }: Position): { type: NumberType; value: number } {
  const hexadecimal = /^0[xX]/.test(text);
  const suffix = /[iu]$/.exec(text)?.[0] ?? (hexadecimal ? undefined : /[fh]$/.exec(text)?.[0]);
  const digits = suffix ? text.slice(0, -1) : text;
  const value = Number(digits);
  if (suffix === 'h') throw new ModelError(line, column, 'f16 numbers are not in the subset; write f32 ones');
  if (/^0\d/.test(digits) && !/[.eE]/.test(digits)) {
    throw new ModelError(line, column, `${text} has a leading zero, which WGSL forbids`);
  }
  if (suffix === 'f') return { type: 'f32', value };
  if (suffix === 'i') return { type: 'i32', value };
  if (suffix === 'u') return { type: 'u32', value };
  return { type: !hexadecimal && /[.eE]/.test(digits) ? 'abstract-float' : 'abstract-int', value };
}

/** Block comments nest in WGSL. */
function blockComment(source: string, start: number, { line, column }: Position): string | undefined {
  if (!source.startsWith('/*', start)) return undefined;
  const marks = /\/\*|\*\//g;
  marks.lastIndex = start;
  let open = 0;
  for (let mark = marks.exec(source); mark; mark = marks.exec(source)) {
    open += mark[0] === '/*' ? 1 : -1;
    if (open === 0) return source.slice(start, marks.lastIndex);
  }
  throw new ModelError(line, column, 'this comment is never closed');
}
