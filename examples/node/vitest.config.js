import { defineConfig } from "vitest/config";

// One server for all files; each test uses a call of its own.
export default defineConfig({
  test: { globalSetup: "./emulator.js", testTimeout: 30_000, hookTimeout: 60_000 },
});
