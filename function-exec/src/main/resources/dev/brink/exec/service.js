// Functions in service worker style: addEventListener("fetch", (event) => event.respondWith(…)); and
// the events of schedules, which handlers of both styles get.
(function (core) {
  'use strict';
  const { load, slots } = core;
  const { Event, fire, report } = load('events');
  const { expose, needed, resolvedWith, domException, illegal } = load('idl');
  const TOKEN = {};
  const NativePromise = Promise;
  /** Those after so many are reported at once. */
  const MOST_ERRORS = 16;

  const $FetchEvent = slots('FetchEvent');

  class FetchEvent extends Event {
    [$FetchEvent] = { request: undefined, env: undefined, context: undefined, response: undefined };

    constructor(token, request, env, context) {
      if (token !== TOKEN) throw illegal();
      super('fetch', { cancelable: true });
      const slot = this[$FetchEvent];
      slot.request = request;
      slot.env = env;
      slot.context = context;
    }
    get request() {
      return this[$FetchEvent].request;
    }
    /** What the second argument of an exported handler is. */
    get env() {
      return this[$FetchEvent].env;
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
    const event = new FetchEvent(TOKEN, request, env, context);
    const errors = [];
    fire(globalThis, event, (error) => errors.push(error));
    const response = responseOf(event);
    if (response === undefined) throwFirst(errors);
    else for (let i = 0; i < errors.length; i++) report(errors[i]);
    return response;
  }

  /** What listeners have thrown: the first fails the invocation, the others are reported. */
  function throwFirst(errors) {
    for (let i = 1; i < errors.length; i++) report(errors[i]);
    if (errors.length > 0) throw errors[0];
  }

  const $ScheduledEvent = slots('ScheduledEvent');

  class ScheduledEvent extends Event {
    [$ScheduledEvent] = { scheduledTime: 0, cron: '', env: undefined, context: undefined };

    constructor(token, env, context, scheduledTime, cron) {
      if (token !== TOKEN) throw illegal();
      super('scheduled');
      const slot = this[$ScheduledEvent];
      slot.env = env;
      slot.context = context;
      slot.scheduledTime = scheduledTime;
      slot.cron = cron;
    }
    get scheduledTime() {
      return this[$ScheduledEvent].scheduledTime;
    }
    get cron() {
      return this[$ScheduledEvent].cron;
    }
    /** What the second argument of an exported handler is. */
    get env() {
      return this[$ScheduledEvent].env;
    }
    /** Ticks are never tried again. */
    noRetry() {
      this[$ScheduledEvent].cron;
    }
    /** The tick lasts until the promise is settled, and fails when it is rejected. */
    waitUntil(promise) {
      const { context } = this[$ScheduledEvent];
      needed('waitUntil', arguments.length, 1);
      context.waitUntil(promise);
    }
  }
  expose(ScheduledEvent);

  /** The scheduled handler of a function whose main module exports none but listens. */
  function tick(event) {
    const errors = [];
    fire(globalThis, event, (error) => errors.push(error));
    throwFirst(errors);
  }

  /** What a tick waits for beside its handler: a number of promises, and their errors. */
  class Waits {
    over = false;
    pending = 0;
    errors = [];
    whenNone = undefined;

    begun() {
      this.pending++;
    }
    ended() {
      if (--this.pending === 0) this.whenNone?.();
    }
    failed(error) {
      if (this.errors.length < MOST_ERRORS) this.errors.push(error);
      else report(error);
      this.ended();
    }
    async all() {
      while (this.pending > 0) {
        await new NativePromise((resolve) => {
          this.whenNone = resolve;
        });
      }
      this.over = true;
      throwFirst(this.errors);
    }
  }

  /** Tells a handler of a tick; ends when its promise and those it gave to the event or the context have. */
  async function schedule(handler, env, context, waits, time, cron) {
    await handler(new ScheduledEvent(TOKEN, env, context, time, cron), env, context);
    await waits.all();
  }

  return { handle, tick, schedule, Waits };
});
