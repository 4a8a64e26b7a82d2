// Functions in service worker style: addEventListener("fetch", (event) => event.respondWith(…)).
(function (core) {
  'use strict';
  const { load } = core;
  const { Event, fire } = load('events');
  const { expose, needed, resolvedWith, domException, illegal } = load('idl');
  const TOKEN = {};

  let responseOf;

  class FetchEvent extends Event {
    #request;
    #context;
    #response = undefined;

    static {
      responseOf = (event) => event.#response;
    }

    constructor(token, request, context) {
      if (token !== TOKEN) throw illegal();
      super('fetch', { cancelable: true });
      this.#request = request;
      this.#context = context;
    }
    get request() {
      return this.#request;
    }
    respondWith(response) {
      this.#request;
      needed('respondWith', arguments.length, 1);
      if (this.eventPhase === 0 || this.#response !== undefined) {
        throw domException('respondWith: called twice, or too late', 'InvalidStateError');
      }
      this.#response = resolvedWith(response);
      this.stopImmediatePropagation();
    }
    waitUntil(promise) {
      this.#context.waitUntil(promise);
    }
    passThroughOnException() {
      this.#context.passThroughOnException();
    }
  }
  expose(FetchEvent);

  /** The handler of a function whose main module exports none but listens. */
  function handle(request, env, context) {
    const event = new FetchEvent(TOKEN, request, context);
    fire(globalThis, event);
    return responseOf(event);
  }

  return { handle };
});
