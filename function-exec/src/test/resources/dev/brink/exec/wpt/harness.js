// Runs `scripts` as a page at `url` would, for at most `limit` ms. Answers with a line for each
// subtest: status, name, message; and with one of two fields when the test as a whole went wrong.
const { stringify } = JSON;
const { Promise, Response, setTimeout, String, reportError } = globalThis;
const evaluate = globalThis.eval;
const STATUS = ['OK', 'ERROR', 'TIMEOUT', 'PRECONDITION_FAILED'];

function define(name, value) {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
}

function report(tests, status) {
  let text = '';
  for (const { status: how, name, message } of tests) {
    text += `${how}\t${stringify(String(name).toWellFormed())}\t${stringify(String(message ?? '').slice(0, 500).toWellFormed())}\n`;
  }
  if (status.status !== 0) text += `problem\t${stringify(`${STATUS[status.status]}: ${status.message ?? ''}`)}\n`;
  return text;
}

/** What tests read of a page's address. */
function locationOf({ href, origin, protocol, host, hostname, port, pathname, search, hash }) {
  return { href, origin, protocol, host, hostname, port, pathname, search, hash, toString: () => href };
}

export default {
  fetch() {
    return new Promise((resolve) => {
      const answer = (text) => resolve(new Response(text));
      define('location', locationOf(new URL(url)));
      define('GLOBAL', { isWindow: () => false, isWorker: () => true, isShadowRealm: () => false });
      try {
        const [[name, harness], ...rest] = scripts;
        evaluate(`${harness}\n//# sourceURL=${name}`);
        add_completion_callback((tests, status) => answer(report(tests, status)));
        const end = globalThis.timeout;
        setTimeout(() => end(), limit);
        define('DedicatedWorkerGlobalScope', class {
          static [Symbol.hasInstance](value) {
            return value === globalThis;
          }
        });
        const whole = rest.map(([, source]) => source).join('\n;');
        try {
          evaluate(`${whole}\n//# sourceURL=${rest.at(-1)[0]}`);
        } catch (error) {
          reportError(error);
        }
      } catch (error) {
        answer(`problem\t${stringify(String(error?.stack ?? error))}\n`);
      }
    });
  },
};
