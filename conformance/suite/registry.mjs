// A row: one claim about one method of the client.
//   row('markets', 'getOk', 'answers "OK"', async (ctx) => {...})            public: needs no key
//   row('account', 'getTrades', '...', async (ctx) => {...}, 'account')      reads with a key
//   row('orders', 'postOrder', '...', async (ctx) => {...}, 'trade')         changes something
// A row fails by throwing. `wire:` and `refusal:` rows are not methods but what the client's traffic meets.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const rows = [];

export function row(topic, method, claim, run, access = 'public') {
  rows.push({ topic, method, claim, run, access });
}

export function allRows() {
  return rows;
}

// Public methods as the client's own declarations list them, in their order.
export function clientMethods() {
  const require = createRequire(import.meta.url);
  const entry = require.resolve('@polymarket/clob-client-v2');
  const text = readFileSync(entry.replace(/index\.c?js$/, 'client.d.ts'), 'utf8');
  const body = text.slice(text.indexOf('declare class ClobClient'));
  const methods = [...body.matchAll(/^ {2}(private )?([A-Za-z_]\w*)(?:<[^(]*>)?\([^\n]*\): /gm)]
    .filter(([, hidden]) => !hidden)
    .map(([, , name]) => name);
  if (methods.length < 50) throw new Error(`only ${methods.length} methods found in the client's declarations`);
  return methods;
}
