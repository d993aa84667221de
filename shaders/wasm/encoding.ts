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

export function float32(value: number): Bytes {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return [...bytes];
}

/** Functions that share one signature, without results. */
export interface ModuleText {
  readonly parameters: readonly ValueType[];
  /** In this order after the parameters. */
  readonly locals: readonly { readonly type: ValueType; readonly count: number }[];
  /** Exported names and instructions, the closing `end` left out. */
  readonly functions: readonly { readonly name: string; readonly body: Bytes }[];
  readonly memory: {
    readonly module: string;
    readonly name: string;
    readonly pages: number;
    readonly shared: boolean;
  };
}

export function encodeModule({ parameters, locals, functions, memory }: ModuleText): Uint8Array<ArrayBuffer> {
  const signature = [
    [FUNCTION_TYPE],
    vector(parameters.map((type) => [valueTypes[type]])),
    vector([]),
  ].flat();
  const limits = [
    [memory.shared ? SHARED_WITH_MAXIMUM : WITH_MAXIMUM],
    unsigned(memory.pages),
    unsigned(memory.pages),
  ].flat();
  const declared = vector(locals.map(({ type, count }) => [...unsigned(count), valueTypes[type]]));
  return new Uint8Array(
    [
      HEADER,
      sectionOf(section.type, vector([signature])),
      sectionOf(
        section.import,
        vector([[...text(memory.module), ...text(memory.name), MEMORY_IMPORT, ...limits]]),
      ),
      sectionOf(section.function, vector(functions.map(() => [0]))),
      sectionOf(
        section.export,
        vector(functions.map(({ name }, index) => [...text(name), FUNCTION_EXPORT, ...unsigned(index)])),
      ),
      sectionOf(section.code, vector(functions.map(({ body }) => sized([declared, body, [0x0b]].flat())))),
    ].flat(),
  );
}

function sectionOf(id: number, content: Bytes): Bytes {
  return [[id], sized(content)].flat();
}

function sized(content: Bytes): Bytes {
  return [unsigned(content.length), content].flat();
}

function vector(items: readonly Bytes[]): Bytes {
  return [unsigned(items.length), ...items].flat();
}

/** ASCII names only. */
function text(name: string): Bytes {
  return sized([...name].map((letter) => letter.charCodeAt(0)));
}
