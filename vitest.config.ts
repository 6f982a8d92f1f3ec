import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: "scripts/generate-validator.js",
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // By default one core is left idle: of two that is half the machine.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});
