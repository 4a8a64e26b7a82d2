// Functions in service worker style: addEventListener("fetch", (event) => event.respondWith(…)).
(function (core) {
  'use strict';
  const { load, slots } = core;
  const { Event, fire } = load('events');
  const { expose, needed, resolvedWith, domException, illegal } = load('idl');
  const TOKEN = {};

  const $FetchEvent = slots('FetchEvent');

  class FetchEvent extends Event {
    [$FetchEvent] = { request: undefined, context: undefined, response: undefined };

    constructor(token, request, context) {
      if (token !== TOKEN) throw illegal();
      super('fetch', { cancelable: true });
      this[$FetchEvent].request = request;
      this[$FetchEvent].context = context;
    }
    get request() {
      return this[$FetchEvent].request;
    }
    respondWith(response) {
      this[$FetchEvent].request;
      needed('respondWith', arguments.length, 1);
      if (this.eventPhase === 0 || this[$FetchEvent].response !== undefined) {
        throw domException('respondWith: called twice, or too late', 'InvalidStateError');
      }
      this[$FetchEvent].response = resolvedWith(response);
      this.stopImmediatePropagation();
    }
    waitUntil(promise) {
      this[$FetchEvent].context.waitUntil(promise);
    }
    passThroughOnException() {
      this[$FetchEvent].context.passThroughOnException();
    }
  }
  expose(FetchEvent);

  function responseOf(event) {
    return event[$FetchEvent].response;
  }

  /** The handler of a function whose main module exports none but listens. */
  function handle(request, env, context) {
    const event = new FetchEvent(TOKEN, request, context);
    fire(globalThis, event);
    return responseOf(event);
  }

  return { handle };
});
