/** A file in an archive. */
export interface TarFile {
  /** Relative, with `/`. */
  name: string;
  data: Buffer;
}

const blockBytes = 512;

/**
 * A tar archive as Go's archive/tar writes files that have a name and the mode 0600 alone. The hash of an
 * archive in a state is taken over these bytes.
 *
 * @see golang/go: src/archive/tar/writer.go (USTAR, and PAX for what USTAR cannot hold)
 */
export function tar(files: TarFile[]): Buffer {
  const blocks = files.flatMap(({ name, data }) => [
    ...headers(name, data.length),
    data,
    padding(data.length),
  ]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * blockBytes)]);
}

function headers(name: string, size: number): Buffer[] {
  const split = splitName(name);
  if (split !== undefined) return [header({ ...split, size, mode: 0o600, type: "0" })];
  const record = paxRecord("path", name);
  const slash = name.lastIndexOf("/") + 1;
  const paxName = `${name.slice(0, slash)}PaxHeaders.0/${name.slice(slash)}`;
  return [
    header({ prefix: "", name: ascii(paxName), size: record.length, mode: 0, type: "x" }),
    record,
    padding(record.length),
    header({ prefix: "", name: ascii(name), size, mode: 0o600, type: "0" }),
  ];
}

/** The two parts that a name is stored in, or undefined when USTAR cannot hold it. */
function splitName(name: string): { prefix: string; name: string } | undefined {
  if (/[^\x20-\x7e]/.test(name)) return undefined;
  if (name.length <= 100) return { prefix: "", name };
  const slash = name.slice(0, 156).lastIndexOf("/");
  if (slash <= 0 || name.length - slash - 1 > 100 || name.length - slash - 1 === 0) return undefined;
  return { prefix: name.slice(0, slash), name: name.slice(slash + 1) };
}

function ascii(name: string): string {
  return [...name]
    .filter((char) => char <= "\x7f" && char !== "\0")
    .join("")
    .slice(0, 100);
}

function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  if (rest + String(length).length !== length) length = rest + String(length).length;
  return Buffer.from(`${length} ${key}=${value}\n`);
}

interface Header {
  prefix: string;
  name: string;
  size: number;
  mode: number;
  type: string;
}

function header({ prefix, name, size, mode, type }: Header): Buffer {
  const block = Buffer.alloc(blockBytes);
  const octal = (value: number, at: number, width: number) =>
    block.write(`${value.toString(8).padStart(width - 1, "0")}\0`, at, "latin1");
  block.write(name, 0, 100, "latin1");
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  block.fill(" ", 148, 156);
  block.write(type, 156, "latin1");
  block.write("ustar\x0000", 257, "latin1");
  if (type === "0") {
    octal(0, 329, 8);
    octal(0, 337, 8);
  }
  block.write(prefix, 345, 155, "latin1");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

function padding(bytes: number): Buffer {
  return Buffer.alloc((blockBytes - (bytes % blockBytes)) % blockBytes);
}
