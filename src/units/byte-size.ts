const bytesPer = {
  b: 1n,
  kb: 1000n,
  mb: 1000n ** 2n,
  gb: 1000n ** 3n,
  tb: 1000n ** 4n,
  kib: 1024n,
  mib: 1024n ** 2n,
  gib: 1024n ** 3n,
  tib: 1024n ** 4n,
} as const satisfies Record<string, bigint>;

/** What a byte size looks like, in words that complete "expected …". */
export const byteSizeForms = 'a size in bytes, such as 1048576, "512MiB" or "10MB"';

/**
 * The bytes meant by `1024`, `512MiB` (powers of 1024), `10MB` (powers of 1000) or `1.5GiB`; letters in any case. What is not
 * a whole number of bytes, or more than 2⁵³−1, gives undefined, as do `K`, `M` and `G` alone, which mean different things to
 * different programs.
 */
export function parseByteSize(text: string): number | undefined {
  const match = /^(\d{1,20})(?:\.(\d{1,20}))? ?(b|kb|mb|gb|tb|kib|mib|gib|tib)?$/i.exec(text);
  if (match === null) return undefined;
  const [, whole = "", fraction = "", unit = "b"] = match;
  const scaled = BigInt(whole + fraction) * bytesPer[unit.toLowerCase() as keyof typeof bytesPer];
  const divisor = 10n ** BigInt(fraction.length);
  if (scaled % divisor !== 0n) return undefined;
  const bytes = scaled / divisor;
  return bytes > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(bytes);
}

/** A number of bytes for people: `0 B`, `512 KiB`, `1.5 GiB`. */
export function describeByteSize(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"] as const;
  let value = bytes;
  let index = 0;
  while (value >= 1024 && index < units.length - 1) {
    value /= 1024;
    index += 1;
  }
  return `${Number(value.toFixed(1))} ${units[index] ?? "B"}`;
}
