// Properties of env that the host answers for, and how their faces call it. A face is a script
// that returns { make(call, shape) }: what env holds.
(function (core) {
  'use strict';
  const { bindings, load, register, unregister, Bytes } = core;
  const { parse, stringify } = JSON;
  const REFUSED = -1;

  function bound(index) {
    const call = (method, args, body, text) => invoke(index, method, args, body ?? null, text === true);
    return load(bindings.face(index)).make(call, parse(bindings.shape(index)));
  }

  /**
   * A promise for { json, content }. The content is null, a string (only when text is wanted),
   * a Uint8Array, or a body of bodies.js that is still to be read.
   */
  function invoke(index, method, args, body, text) {
    return new Promise((resolve, reject) => {
      const bodies = load('bodies');
      if (body !== null && (bodies.isUsed(body) || bodies.isLocked(body))) {
        throw new TypeError('the stream was read before, or is locked');
      }
      const json = stringify(args);
      const op = register((how, payload, detail) => {
        if (how === core.RESOLVED) resolve({ json: parse(payload), content: content(detail, bodies) });
        else if (how !== core.DROPPED) reject(failure(how, payload, detail));
      });
      const writer = bodies.handOver(body, (kind, data, offset, length) =>
        bindings.call(op, index, method, json, text, kind, data, offset, length));
      if (writer < 0) {
        unregister(op);
        throw writer === REFUSED
          ? new TypeError(`${method}: not possible here: outside of a request, or too many calls`)
          : new RangeError(`${method}: the arguments are too long`);
      }
      if (body !== null) body.used = true;
      if (writer > 0) bodies.writeFrom(writer, body.stream);
    });
  }

  function content(detail, bodies) {
    if (detail === undefined || detail === null) return null;
    if (typeof detail === 'string') return detail;
    return typeof detail === 'number' ? new bodies.Body(bodies.NATIVE, detail) : new Bytes(detail);
  }

  function failure(how, message, detail) {
    if (how !== core.FAILED) return core.failure(how, message);
    const error = new Error(message);
    error.code = detail.slice(1);
    error.retryable = detail[0] === '+';
    return error;
  }

  /** Calls what answers for caches; see invoke. */
  function cached(method, args, body) {
    const index = bindings.caches();
    if (index < 0) throw new TypeError('caches: there are none here');
    return invoke(index, method, args, body ?? null, false);
  }

  return { bound, cached };
});
