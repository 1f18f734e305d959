import type { Affinity } from "../../template/process-template.js";

/** The CPUs one by one, for a system that knows no masks and no strides. */
export function listCpus(cpus: Affinity["cpus"]): readonly number[] {
  return "mask" in cpus ? cpusOfMask(cpus.mask) : cpus.list.split(",").flatMap(cpusOfRange);
}

function cpusOfMask(mask: string): readonly number[] {
  const bits = [...BigInt(`0x${mask.replace(/^0x/i, "")}`).toString(2)].reverse();
  return bits.flatMap((bit, cpu) => (bit === "1" ? [cpu] : []));
}

function cpusOfRange(range: string): readonly number[] {
  const [, first = "0", last = first, stride = "1"] = /^(\d+)(?:-(\d+)(?::(\d+))?)?$/.exec(range.trim()) ?? [];
  const amount = Math.floor((Number(last) - Number(first)) / Number(stride)) + 1;
  return Array.from({ length: amount }, (_, index) => Number(first) + index * Number(stride));
}
