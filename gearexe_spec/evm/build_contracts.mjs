// Compiles gearexe_spec/evm/contracts into gearexe_spec/evm/artifacts (or into the folder given), with solc and
// OpenZeppelin from node_modules (npm ci). Same sources, same compiler, same bytes.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const solc = require("solc");

const here = dirname(fileURLToPath(import.meta.url));
const contracts = join(here, "contracts");
const target = process.argv[2] ?? join(here, "artifacts");

const PUBLISHED = ["BatchMulticall", "ERC1967Proxy", "Gear", "Mirror", "MirrorProxy", "OtherRewards", "POAMiddleware", "Puppet", "Router", "TestToken", "WrappedVara"];

const settings = {
  viaIR: true,
  optimizer: { enabled: true, runs: 200 },
  evmVersion: "osaka",
  metadata: { appendCBOR: false, bytecodeHash: "none" },
  outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
};

const sources = Object.fromEntries(
  readdirSync(contracts, { recursive: true })
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => name.endsWith(".sol"))
    .sort()
    .map((name) => [name, { content: readFileSync(join(contracts, name), "utf8") }]),
);

function findImport(path) {
  return { contents: readFileSync(require.resolve(path), "utf8") };
}

const input = JSON.stringify({ language: "Solidity", sources, settings });
const output = JSON.parse(solc.compile(input, { import: findImport }));
for (const { severity, formattedMessage } of output.errors ?? []) {
  if (severity === "error") console.error(formattedMessage);
}
if ((output.errors ?? []).some(({ severity }) => severity === "error")) process.exit(1);

mkdirSync(target, { recursive: true });
const compiled = Object.assign({}, ...Object.values(output.contracts));
for (const name of PUBLISHED) {
  const { abi, evm } = compiled[name];
  writeFileSync(join(target, `${name}.json`), `${JSON.stringify({ abi, bytecode: `0x${evm.bytecode.object}` })}\n`);
}
console.log(`${PUBLISHED.length} contracts compiled with solc ${solc.version()}`);
