/** Bytes of a WebAssembly module (core specification 2.0, chapter 5). */
export type Bytes = readonly number[];

type ValueType = 'i32' | 'f32' | 'v128';

const valueTypes: Readonly<Record<ValueType, number>> = { i32: 0x7f, f32: 0x7d, v128: 0x7b };
const FUNCTION_TYPE = 0x60;
const MEMORY_IMPORT = 0x02;
const FUNCTION_EXPORT = 0x00;
/** Limits of a memory. The shared kind: threads proposal. */
const WITH_MAXIMUM = 0x01;
const SHARED_WITH_MAXIMUM = 0x03;
const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const section = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const;

/** LEB128 of a whole number from 0 to 2³² − 1. */
export function unsigned(value: number): Bytes {
  if (value < 128) return [value];
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low + 128 : low);
  } while (rest > 0);
  return bytes;
}

/** LEB128 of a whole number from −2³¹ to 2³¹ − 1. */
export function signed(value: number): Bytes {
  const bytes: number[] = [];
  let rest = value;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

const float = new DataView(new ArrayBuffer(4));

export function float32(value: number): Bytes {
  float.setFloat32(0, value, true);
  return [float.getUint8(0), float.getUint8(1), float.getUint8(2), float.getUint8(3)];
}

/** Bytes in the order in which they are added. What is added is copied once, however long all of it gets. */
export class ByteList {
  private bytes = new Uint8Array(1024);
  private length = 0;

  add(more: ArrayLike<number>): void {
    const end = this.length + more.length;
    if (end > this.bytes.length) this.grow(end);
    this.bytes.set(more, this.length);
    this.length = end;
  }

  /** Those so far. */
  get all(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.length);
  }

  private grow(least: number): void {
    const larger = new Uint8Array(Math.max(least, 2 * this.bytes.length));
    larger.set(this.all);
    this.bytes = larger;
  }
}

/** Functions that share one signature, without results. */
export interface ModuleText {
  readonly parameters: readonly ValueType[];
  /** In this order after the parameters. */
  readonly locals: readonly { readonly type: ValueType; readonly count: number }[];
  /** Exported names and instructions, the closing `end` left out. */
  readonly functions: readonly { readonly name: string; readonly body: ArrayLike<number> }[];
  readonly memory: {
    readonly module: string;
    readonly name: string;
    readonly pages: number;
    readonly shared: boolean;
  };
}

export function encodeModule({ parameters, locals, functions, memory }: ModuleText): Uint8Array<ArrayBuffer> {
  const signature = joined([
    [FUNCTION_TYPE],
    vector(parameters.map((type) => [valueTypes[type]])),
    vector([]),
  ]);
  const limits = joined([
    [memory.shared ? SHARED_WITH_MAXIMUM : WITH_MAXIMUM],
    unsigned(memory.pages),
    unsigned(memory.pages),
  ]);
  const imported = joined([text(memory.module), text(memory.name), [MEMORY_IMPORT], limits]);
  const declared = vector(locals.map(({ type, count }) => [...unsigned(count), valueTypes[type]]));
  const module = joined([
    HEADER,
    sectionOf(section.type, vector([signature])),
    sectionOf(section.import, vector([imported])),
    sectionOf(section.function, vector(functions.map(() => [0]))),
    sectionOf(
      section.export,
      vector(functions.map(({ name }, index) => joined([text(name), [FUNCTION_EXPORT], unsigned(index)]))),
    ),
    sectionOf(section.code, vector(functions.map(({ body }) => sized(joined([declared, body, [0x0b]]))))),
  ]);
  return module.slice();
}

function joined(parts: readonly ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  const list = new ByteList();
  for (const part of parts) list.add(part);
  return list.all;
}

function sectionOf(id: number, content: ArrayLike<number>): Uint8Array {
  return joined([[id], sized(content)]);
}

function sized(content: ArrayLike<number>): Uint8Array {
  return joined([unsigned(content.length), content]);
}

function vector(items: readonly ArrayLike<number>[]): Uint8Array {
  return joined([unsigned(items.length), ...items]);
}

/** ASCII names only. */
function text(name: string): Uint8Array {
  return sized([...name].map((letter) => letter.charCodeAt(0)));
}
