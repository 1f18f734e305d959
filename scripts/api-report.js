import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Extractor, ExtractorConfig } from "@microsoft/api-extractor";

// Compares the public API of every package entry with its report in etc/; `--update` rewrites the reports.
const update = process.argv.includes("--update");
const { name, exports } = JSON.parse(readFileSync("package.json", "utf8"));

const entries = Object.entries(exports).flatMap(([entry, target]) =>
  typeof target === "string"
    ? []
    : [{ report: `${name}${entry.slice(1).replaceAll("/", "-")}.api.md`, types: target.types }],
);

mkdirSync("etc", { recursive: true });
let differences = 0;
for (const { report, types } of entries) {
  if (!existsSync(types)) {
    console.error(`${types} does not exist: build first, with npm run build`);
    process.exit(1);
  }
  differences += extract(report, types) ? 0 : 1;
}
process.exit(differences === 0 ? 0 : 1);

function extract(report, types) {
  const config = ExtractorConfig.prepare({
    configObjectFullPath: resolve("api-extractor.json"),
    packageJsonFullPath: resolve("package.json"),
    configObject: {
      ...ExtractorConfig.loadFile(resolve("api-extractor.json")),
      projectFolder: resolve("."),
      mainEntryPointFilePath: resolve(types),
      apiReport: {
        enabled: true,
        reportFolder: resolve("etc"),
        reportTempFolder: resolve("temp"),
        reportFileName: report,
      },
    },
  });
  const { apiReportChanged, errorCount, warningCount } = Extractor.invoke(config, {
    localBuild: update,
    messageCallback: (message) => {
      if (message.messageId.startsWith("console-") && message.logLevel === "info") message.handled = true;
    },
  });
  if (update) return errorCount === 0;
  if (apiReportChanged)
    console.error(`etc/${report} differs from the public API of ${types}: review, then npm run api:update`);
  else console.log(`etc/${report} is up to date`);
  return !apiReportChanged && errorCount + warningCount === 0;
}
