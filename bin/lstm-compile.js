#!/usr/bin/env node
import module from "node:module";

module.enableCompileCache?.(); // Node 22: TypeScript is parsed once, not at every start
const { main } = await import("../dist/cli/main.js");
process.exitCode = await main(process.argv.slice(2));
