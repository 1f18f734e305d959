import { amountRow, type Benchmark } from "../row.js";
import { alternate } from "../statistics.js";
import { wallMs } from "../wall-ms.js";

const bare = ["--input-type=module", "-e", ""];
const imports = ["--input-type=module", "-e", 'import "drover"'];
const help = ["dist/cli/main.js", "--help"];

/** Fresh programs, from spawn to exit, against a Node that runs nothing. */
export const importTime: Benchmark = async ({ isTiny }) => {
  const rounds = isTiny ? 1 : 20;
  const plain = (): Promise<number> => wallMs(bare);
  const imported = await alternate(rounds, { drover: () => wallMs(imports), plain });
  const helped = await alternate(rounds, { drover: () => wallMs(help), plain });
  return [
    amountRow(
      { what: 'import "drover", bare Node subtracted', unit: "ms", samples: imported, budget: 90 },
      ({ drover, plain }) => drover.median - plain.median,
    ),
    amountRow({ what: "drover --help, wall time", unit: "ms", samples: helped }, ({ drover }) => drover.median),
  ];
};
