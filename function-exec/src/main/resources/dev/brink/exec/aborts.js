// What the abort of a fetch does to a response that has come: its body, which may be with the host as it came, fails.
(function (core) {
  'use strict';
  const { ops, bodies, load, register, unregister } = core;
  const { react } = load('idl');
  const NativePromise = Promise;

  /** Fails a body of the host when the signal is aborted, until it has ended or its invocation has. */
  function heed(body, signal) {
    // The host drops it with the invocation, whatever has become of the body.
    const op = register(() => forget());
    if (!bodies.heed(body.data, op)) {
      unregister(op);
      return;
    }
    const forget = load('abort').onAbort(signal, () => {
      over();
      fail(body, signal.reason);
    });
    const over = () => {
      forget();
      ops.cancel(op);
      unregister(op);
    };
    body.over = over;
  }

  function fail(body, reason) {
    if (body.stream !== null) load('bodystreams').failBody(body.stream, reason);
    else if (!body.used) body.stream = load('bodystreams').failed(reason);
    else body.fail?.(reason);
    bodies.fail(body.data);
  }

  /** What {@code read} gives or promises, unless the body is aborted before. */
  function unlessAborted(body, read) {
    let later = false;
    try {
      const whole = read();
      later = whole instanceof NativePromise;
      return later ? orAborted(body, whole) : whole;
    } finally {
      if (!later) body.over();
    }
  }

  function orAborted(body, whole) {
    return new NativePromise((resolve, reject) => {
      body.fail = reject;
      const end = (settle) => (outcome) => {
        body.over();
        settle(outcome);
      };
      react(whole, end(resolve), end(reject));
    });
  }

  return { heed, unlessAborted };
});
