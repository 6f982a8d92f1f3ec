// Makes and removes nested folders for ever, as pip does while it unpacks and moves packages.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2]!;
for (;;) {
  for (let i = 0; i < 50; i++) {
    mkdirSync(join(folder, `${i}`, "include"), { recursive: true });
    writeFileSync(join(folder, `${i}`, "include", "header.h"), "");
  }
  rmSync(folder, { recursive: true });
}
