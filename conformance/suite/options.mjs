// The command line.
import { parseArgs } from 'node:util';

export const HELP = `usage: node run.mjs [options]

  --host URL        a CLOB that runs already (default: starts the simulator itself)
  --ws-market URL   its market channel; --ws-user URL its user channel (known for clob.polymarket.com)
  --control URL     its control service, when it is a simulator: rows that trade need it
  --access LEVEL    public: only what needs no key (default with --host)
                    account: also reads of an account, key in CONFORMANCE_PRIVATE_KEY
                    trade: everything; only with a simulator (default without --host)
  --only TEXT       rows whose topic or method contains TEXT
  --sim PATH        the simulator's program (default ../build/underround); --seed N (7); --port N (any free)
  --json            one JSON object a line
  --write-doc       writes docs/CONFORMANCE.md; --check-doc fails when it differs
  --help            this text

exit: 0 every row passed, 1 a row failed or the page differs, 2 wrong usage or no venue`;

export class UsageError extends Error {}

export function parseOptions(argv) {
  let values;
  try {
    ({ values } = parseArgs({
      args: argv,
      options: {
        host: { type: 'string' },
        'ws-market': { type: 'string' },
        'ws-user': { type: 'string' },
        control: { type: 'string' },
        access: { type: 'string' },
        only: { type: 'string' },
        sim: { type: 'string' },
        seed: { type: 'string', default: '7' },
        port: { type: 'string', default: '0' },
        json: { type: 'boolean' },
        'write-doc': { type: 'boolean' },
        'check-doc': { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }));
  } catch (error) {
    throw new UsageError(error.message);
  }
  const access = values.access ?? (values.host ? 'public' : 'trade');
  if (!['public', 'account', 'trade'].includes(access)) {
    throw new UsageError(`--access ${access}: public, account or trade`);
  }
  if (access === 'trade' && values.host && !values.control) {
    throw new UsageError('--access trade spends money: it wants a simulator, name its --control URL');
  }
  if (access === 'account' && !process.env.CONFORMANCE_PRIVATE_KEY) {
    throw new UsageError('--access account: put the wallet\'s private key in CONFORMANCE_PRIVATE_KEY');
  }
  const doc = values['write-doc'] || values['check-doc'];
  if (doc && (values.host || values.only || access !== 'trade')) {
    throw new UsageError('the page is made from a whole run on the simulator: no --host, --only or --access');
  }
  return { ...values, access };
}
