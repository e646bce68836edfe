/** The methods of Buffer that read and write numbers: `readUInt16BE`, `writeDoubleLE`, `readIntLE`, `swap32` and so on. */

interface Bytes extends Uint8Array {
  subarray(from?: number, to?: number): Bytes;
}

type Method = (this: Bytes, ...parameters: never[]) => unknown;
type Amount = number | bigint;

/** Name, method of DataView, bytes, least and greatest value that can be written. */
const KINDS: readonly (readonly [string, string, number, Amount?, Amount?])[] = [
  ['Int8', 'Int8', 1, -0x80, 0x7f],
  ['UInt8', 'Uint8', 1, 0, 0xff],
  ['Int16', 'Int16', 2, -0x8000, 0x7fff],
  ['UInt16', 'Uint16', 2, 0, 0xffff],
  ['Int32', 'Int32', 4, -0x80000000, 0x7fffffff],
  ['UInt32', 'Uint32', 4, 0, 0xffffffff],
  ['BigInt64', 'BigInt64', 8, -(2n ** 63n), 2n ** 63n - 1n],
  ['BigUInt64', 'BigUint64', 8, 0n, 2n ** 64n - 1n],
  ['Float', 'Float32', 4],
  ['Double', 'Float64', 8],
];

const MAX_BYTES = 6;

const methods: Record<string, Method> = {};

function outOfRange(name: string, least: Amount, most: Amount, received: unknown): RangeError {
  const range = `It must be >= ${least} and <= ${most}. Received ${String(received)}`;
  const error = new RangeError(`The value of "${name}" is out of range. ${range}`);
  return Object.assign(error, { code: 'ERR_OUT_OF_RANGE' });
}

function viewOf(bytes: Uint8Array, offset: number, size: number): DataView {
  const last = bytes.length - size;
  if (!(Number.isInteger(offset) && offset >= 0 && offset <= last)) throw outOfRange('offset', 0, last, offset);
  return new DataView(bytes.buffer, bytes.byteOffset + offset, size);
}

type Get = (offset: number, isLittle: boolean) => Amount;
type Set = (offset: number, value: Amount, isLittle: boolean) => void;

for (const [name, kind, size, least, most] of KINDS) {
  const get = Reflect.get(DataView.prototype, `get${kind}`) as Get;
  const set = Reflect.get(DataView.prototype, `set${kind}`) as Set;
  for (const end of size === 1 ? [''] : ['LE', 'BE']) {
    const read = function (this: Bytes, offset = 0): Amount {
      return Reflect.apply(get, viewOf(this, offset, size), [0, end === 'LE']);
    };
    const write = function (this: Bytes, value: Amount, offset = 0): number {
      if (least !== undefined && most !== undefined && (value < least || value > most)) {
        throw outOfRange('value', least, most, value);
      }
      Reflect.apply(set, viewOf(this, offset, size), [0, value, end === 'LE']);
      return offset + size;
    };
    methods[`read${name}${end}`] = read;
    methods[`write${name}${end}`] = write;
  }
}

/** Numbers of 1 to 6 bytes. */
for (const end of ['LE', 'BE']) {
  const place = (at: number, size: number): number => 256 ** (end === 'LE' ? at : size - 1 - at);
  const checked = (bytes: Bytes, offset: number, size: number): DataView => {
    if (!(size >= 1 && size <= MAX_BYTES)) throw outOfRange('byteLength', 1, MAX_BYTES, size);
    return viewOf(bytes, offset, size);
  };
  const unsigned = function (this: Bytes, offset: number, size: number): number {
    const view = checked(this, offset, size);
    let sum = 0;
    for (let at = 0; at < size; at++) sum += view.getUint8(at) * place(at, size);
    return sum;
  };
  const signed = function (this: Bytes, offset: number, size: number): number {
    const value = Reflect.apply(unsigned, this, [offset, size]);
    return value >= 256 ** size / 2 ? value - 256 ** size : value;
  };
  const writer = (least: (size: number) => number, most: (size: number) => number): Method =>
    function (this: Bytes, value: number, offset: number, size: number): number {
      const view = checked(this, offset, size);
      if (value < least(size) || value > most(size)) throw outOfRange('value', least(size), most(size), value);
      const positive = value < 0 ? value + 256 ** size : value;
      for (let at = 0; at < size; at++) view.setUint8(at, Math.floor(positive / place(at, size)) % 256);
      return offset + size;
    };
  methods[`readUInt${end}`] = unsigned;
  methods[`readInt${end}`] = signed;
  methods[`writeUInt${end}`] = writer(
    () => 0,
    (size) => 256 ** size - 1,
  );
  methods[`writeInt${end}`] = writer(
    (size) => -(256 ** size) / 2,
    (size) => 256 ** size / 2 - 1,
  );
}

for (const size of [2, 4, 8]) {
  methods[`swap${8 * size}`] = function (this: Bytes): Bytes {
    if (this.length % size !== 0) {
      const error = new RangeError(`Buffer size must be a multiple of ${8 * size}-bits`);
      throw Object.assign(error, { code: 'ERR_INVALID_BUFFER_SIZE' });
    }
    for (let at = 0; at < this.length; at += size) this.subarray(at, at + size).reverse();
    return this;
  };
}

/** By name, as `Object.defineProperties` wants them; `Uint` is a spelling of `UInt`. */
export const bufferNumbers: PropertyDescriptorMap = {};
for (const [name, value] of Object.entries(methods)) {
  Object.defineProperty(value, 'name', { value: name, configurable: true });
  for (const spelling of new Set([name, name.replace('UInt', 'Uint')])) {
    bufferNumbers[spelling] = { value, writable: true, configurable: true };
  }
}
