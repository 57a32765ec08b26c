// What is printed, and the page docs/CONFORMANCE.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PAGE = fileURLToPath(new URL('../../docs/CONFORMANCE.md', import.meta.url));
const WORDS = { pass: 'ok  ', fail: 'FAIL', skip: 'skip' };

export function printRow(result, json) {
  if (json) return console.log(JSON.stringify(result));
  const { topic, method, claim, outcome, why } = result;
  console.log(`${WORDS[outcome]}  ${topic.padEnd(13)} ${method.padEnd(32)} ${claim}${why ? `\n      ${why}` : ''}`);
}

export function printTotal(results, json) {
  const count = (outcome) => results.filter((r) => r.outcome === outcome).length;
  const total = { passed: count('pass'), failed: count('fail'), skipped: count('skip') };
  if (json) return console.log(JSON.stringify({ total }));
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
}

const cell = (text) => text.replaceAll('|', '\\|');

function table(head, rows) {
  return [`| ${head.join(' | ')} |`, `|${head.map(() => '---').join('|')}|`,
    ...rows.map((columns) => `| ${columns.map(cell).join(' | ')} |`)].join('\n');
}

const state = (result) => (result.outcome === 'pass' ? 'passes' : result.outcome === 'fail' ? '**fails**' : `not run: ${result.why}`);

export function pageText(results, methods, versions) {
  const isMethod = (r) => methods.includes(r.method);
  const byMethod = methods.flatMap((method) => results.filter((r) => r.method === method));
  const others = (prefix) => results.filter((r) => !isMethod(r) && r.method.startsWith(prefix));
  const lines = (list, name) => list.map((r) => [name(r), r.claim, state(r)]);
  const passing = methods.filter((m) => byMethod.filter((r) => r.method === m).every((r) => r.outcome === 'pass'));
  return `# Conformance

The venue's own client, \`@polymarket/clob-client-v2\` ${versions.client}, unchanged from npm, drives \`underround sim\`; what it gets is
also read with the venue's own response schemas, \`@polymarket/bindings\` ${versions.bindings}. \`make conformance\` runs it and checks this
page, which [conformance/](../conformance/README.md) writes (\`--write-doc\`).

${passing.length} of ${methods.length} public methods of the client pass. Rewards and rebates are not configured in the simulator: their pages are
empty and no order scores. The world has no market of the second protocol version: its orders are signed and checked, not posted.

## Methods

${table(['method', 'what is checked', 'result'], lines(byMethod, (r) => `\`${r.method}\``))}

## Wallets and order types

${table(['case', 'what is checked', 'result'], lines(others('case:'), (r) => r.method.slice(5)))}

## Wrong on purpose

${table(['case', 'the venue\'s answer', 'result'], lines(others('refusal:'), (r) => r.method.slice(8)))}

## WebSocket channels

${table(['channel', 'what is checked', 'result'], lines(others('wire:'), (r) => r.method.slice(5)))}
`;
}

export function writePage(text) {
  writeFileSync(PAGE, text);
}

// The first line that differs, if one does.
export function pageDifference(text) {
  let kept = '';
  try {
    kept = readFileSync(PAGE, 'utf8');
  } catch {
    return 'docs/CONFORMANCE.md does not exist';
  }
  const want = text.split('\n'), have = kept.split('\n');
  const at = want.findIndex((line, i) => line !== have[i]);
  if (at < 0 && want.length === have.length) return undefined;
  const line = at < 0 ? want.length : at;
  return `docs/CONFORMANCE.md:${line + 1}: has "${have[line] ?? ''}", the run says "${want[line] ?? ''}"`;
}
