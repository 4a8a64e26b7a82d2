package dev.brink.cache;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;

/**
 * What a flight asks its upstream, and asks again where the answer is of no use: without
 * conditions, or the source itself instead of another cache of the mesh. Thread-safe.
 */
final class Asking {
  private final LocalCache cache;
  private final FetchPlan plan;
  private final Upstream upstream;
  private final Upstream.Listener listener;
  private final LastSent sent = new LastSent();

  // Each is set once, guarded by this.
  private volatile boolean unconditional;
  private volatile boolean source;

  Asking(LocalCache cache, FetchPlan plan, Upstream upstream, Upstream.Listener listener) {
    this.cache = cache;
    this.plan = plan;
    this.upstream = upstream;
    this.listener = listener;
    source = !plan.solo() && cache.brokenGzip().forget(plan.id());
  }

  /** Sends the request. */
  void begin() {
    send(plan.request());
  }

  private void send(HttpRequest request) {
    cache.counters().fetches.increment();
    int number = sent.next();
    var to = new ResetContent(listener);
    HttpCache.Running running =
        source ? upstream.fetchFromSource(request, to) : upstream.fetch(request, null, to);
    sent.began(number, running);
  }

  /** Ends what was sent last, also what is sent later. */
  void cancel() {
    sent.cancel();
  }

  /** Whether the source itself was asked for want of a good answer, and not what is nearer. */
  boolean askedSource() {
    return source;
  }

  /** Whether an answer may be that what is stored is still good. */
  boolean conditional() {
    return !unconditional
        && (plan.request().headers().contains(HttpHeaderNames.IF_NONE_MATCH)
            || plan.request().headers().contains(HttpHeaderNames.IF_MODIFIED_SINCE))
        && !plan.solo();
  }

  /** Asks the source itself. */
  void askSource() {
    synchronized (this) {
      source = true;
    }
    again();
  }

  /** The origin's 304 fits nothing that is stored: where this cache asks it, only it can say. */
  void askWithoutConditions() {
    boolean atSource = upstream.asksSource(plan.request());
    synchronized (this) {
      unconditional = true;
      source |= atSource;
    }
    again();
  }

  private void again() {
    HttpRequest again = OriginRequest.verbatim(plan.request());
    if (unconditional) {
      again.headers().remove(HttpHeaderNames.IF_NONE_MATCH);
      again.headers().remove(HttpHeaderNames.IF_MODIFIED_SINCE);
    }
    send(again);
  }
}
