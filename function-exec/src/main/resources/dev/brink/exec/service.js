// Functions in service worker style: addEventListener("fetch", (event) => event.respondWith(…)); and
// the events of schedules, which handlers of both styles get.
(function (core) {
  'use strict';
  const { load, slots } = core;
  const { Event, fire, report } = load('events');
  const { expose, needed, handled, resolvedWith, domException, illegal } = load('idl');
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

  const $ScheduledEvent = slots('ScheduledEvent');

  class ScheduledEvent extends Event {
    [$ScheduledEvent] = { scheduledTime: 0, cron: '', context: undefined, waits: [] };

    constructor(token, context, scheduledTime, cron) {
      if (token !== TOKEN) throw illegal();
      super('scheduled');
      const slot = this[$ScheduledEvent];
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
    /** Ticks are never tried again. */
    noRetry() {
      this[$ScheduledEvent].cron;
    }
    /** The tick lasts until the promise is settled, and fails when it is rejected. */
    waitUntil(promise) {
      const { waits } = this[$ScheduledEvent];
      needed('waitUntil', arguments.length, 1);
      waits.push(handled(resolvedWith(promise)));
    }
  }
  expose(ScheduledEvent);

  /** The scheduled handler of a function whose main module exports none but listens. */
  function tick(event) {
    const errors = [];
    fire(globalThis, event, (error) => errors.push(error));
    for (let i = 1; i < errors.length; i++) report(errors[i]);
    if (errors.length > 0) throw errors[0];
  }

  /** Tells a handler of a tick; ends when its promise and those it gave to the event have. */
  async function schedule(handler, env, context, time, cron) {
    const event = new ScheduledEvent(TOKEN, context, time, cron);
    const { waits } = event[$ScheduledEvent];
    await handler(event, env, context);
    for (let i = 0; i < waits.length; i++) await waits[i];
  }

  return { handle, tick, schedule };
});
