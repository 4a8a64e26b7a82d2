// Does what `uses` has, by name: where the stack is about to end, or where there is plenty.

/** The language's own error, or one of the host, which also ends for want of stack, in a name of Java. */
const overflowed = (e) => e.message === 'Maximum call stack size exceeded' || `${e.name}`.includes('.');

/** Calls it with all that is left of the stack, from nothing on, until that is enough. */
function dive(use) {
  try {
    return dive(use);
  } catch (e) {
    if (!overflowed(e)) {
      throw e;
    }
    return use();
  }
}

async function attempt(use) {
  try {
    await use();
    return 'done';
  } catch (e) {
    return `${e?.name ?? e}`;
  }
}

export default {
  async fetch(request) {
    const [, how, what] = new URL(request.url).pathname.split('/');
    if (how === 'names') {
      return new Response(Object.keys(uses).join());
    }
    const use = uses[what];
    return new Response(await attempt(how === 'deep' ? () => dive(use) : use));
  },
};
