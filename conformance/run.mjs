#!/usr/bin/env node
// Drives the venue's own client against a venue, one row after the other. README.md says how; rows are in suite/.
// Exit: 0 every row passed, 1 a row failed or the page differs, 2 wrong usage or no venue.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 10)) {
  console.error(`conformance: Node ${process.versions.node} is too old, the venue's client needs 20.10 or newer`);
  process.exit(2);
}
const { main } = await import('./suite/main.mjs');
process.exit(await main(process.argv.slice(2)));
