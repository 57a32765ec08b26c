// What rows have in common.
import assert from 'node:assert/strict';

export { assert };

// Official schema of a response (@polymarket/bindings): a second stranger looks at what the client got.
export function conforms(schema, value, what) {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new Error(`${what ?? 'response'} breaks the official schema at '${issue.path.join('.')}': ${issue.message}`);
}

export function refused(answer, status, text) {
  const got = typeof answer?.error === 'string' ? answer.error : JSON.stringify(answer);
  const fits = text instanceof RegExp ? text.test(got) : got === text;
  assert.ok(fits && answer.status === status, `wanted ${status} ${text}, got ${answer?.status} ${got}`);
}

export function accepted(answer, status) {
  assert.equal(answer?.error, undefined, `refused: ${JSON.stringify(answer?.error)}`);
  assert.equal(answer.success, true);
  assert.equal(answer.errorMsg, '');
  assert.match(answer.orderID, /^0x[0-9a-f]{64}$/);
  if (status) assert.equal(answer.status, status, JSON.stringify(answer));
  return answer;
}

// Until `probe` gives something; the venue's own pace decides, the deadline is generous.
export async function eventually(what, probe, timeoutMs = 30_000) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${timeoutMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export const cents = (price) => Math.round(price * 100) / 100;

// The market moves between two requests: a claim about two answers gets a few tries.
export async function steady(claim, tries = 6) {
  for (let i = 1; ; ++i) {
    try {
      return await claim();
    } catch (error) {
      if (i === tries) throw error;
    }
  }
}
