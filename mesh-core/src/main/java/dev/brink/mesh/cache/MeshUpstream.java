package dev.brink.mesh.cache;

import dev.brink.cache.CachePolicy;
import dev.brink.cache.CacheRequest;
import dev.brink.cache.HttpCache;
import dev.brink.cache.Upstream;
import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallTiming;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.link.Links;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.util.concurrent.Flow;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Where this node's cache gets what it does not have: from the key's home, or at the source. */
final class MeshUpstream implements Upstream {
  private static final long LEAST_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** One hit in so many is counted, as so many. */
  private static final int SAMPLED = 16;

  private final String self;
  private final @Nullable Homes homes;
  private final Links links;
  private final @Nullable Target at;
  private final CachePolicy policy;
  private final Call asked;
  private final Direct direct;
  private final @Nullable CopiesAhead copies;
  private final @Nullable Succession succession;
  private final long limitNanos;
  private volatile @Nullable CallTiming timing;

  /**
   * @param homes {@code null}: nothing is asked of other nodes
   * @param at what other nodes know the target as
   * @param asked the call that this is for
   * @param copies told what is asked for; {@code null}: nobody
   * @param succession who had this node's keys before; {@code null}: nobody is asked
   */
  MeshUpstream(
      String self,
      @Nullable Homes homes,
      Links links,
      @Nullable Target at,
      CachePolicy policy,
      Call asked,
      Direct direct,
      @Nullable CopiesAhead copies,
      @Nullable Succession succession) {
    this.self = self;
    this.homes = homes;
    this.links = links;
    this.at = at;
    this.policy = policy;
    this.asked = asked;
    this.direct = direct;
    this.copies = copies;
    this.succession = succession;
    limitNanos = Math.max(LEAST_NANOS, asked.deadlineNanos() - System.nanoTime());
  }

  /** Of the last response that came; {@code null}: none came. */
  @Nullable CallTiming timing() {
    return timing;
  }

  @Override
  public HttpCache.Running fetch(
      HttpRequest request, Flow.@Nullable Publisher<ByteBuf> body, Listener listener) {
    Call call = call(request, body);
    // What a HEAD says is for what the home has, too.
    boolean retrieval =
        request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
    String home = body == null && retrieval ? home(request) : self;
    if (copies != null && at instanceof Target.Cached cached) {
      copies.asked(cached, policy, asked.scheme(), request, home, 1);
    }
    if (!home.equals(self)) {
      StaleTaking.remove(request.headers());
      return fetchFrom(home, call, listener);
    }
    CacheRequest wanted = wanted(request);
    Succession known = body == null && !wanted.unshared() ? succession : null;
    if (known != null && at instanceof Target.Cached cached) {
      String before = known.before(wanted, asked.request(), cached.asker());
      if (before != null) {
        return takeOver(before, cached, call, known, listener);
      }
    }
    return fetchHere(call, listener);
  }

  @Override
  public HttpCache.Running fetchFromSource(HttpRequest request, Listener listener) {
    return fetchHere(call(request, null), listener);
  }

  private Call call(HttpRequest request, Flow.@Nullable Publisher<ByteBuf> body) {
    return new Call(
        request,
        asked.scheme(),
        body,
        asked.clientAddress(),
        asked.requestId(),
        System.nanoTime() + limitNanos);
  }

  /**
   * The client was answered with what is here.
   *
   * @param first whether none was before
   */
  void hit(boolean first) {
    if (copies != null
        && at instanceof Target.Cached cached
        && (first || ThreadLocalRandom.current().nextInt(SAMPLED) == 0)) {
      HttpRequest request = asked.request();
      int times = first ? 1 : SAMPLED;
      String home = home(request);
      copies.asked(cached, policy, asked.scheme(), request, home, times);
      if (!home.equals(self)) {
        copies.used(cached, policy, asked.scheme(), request, home, times);
      }
    }
  }

  private Answering answering(Listener listener, boolean ofNode) {
    return new Answering(listener, ofNode, spent -> timing = spent);
  }

  @Override
  public boolean asksSource(HttpRequest request) {
    return home(request).equals(self);
  }

  private String home(HttpRequest request) {
    Homes known = homes;
    CacheRequest wanted = wanted(request);
    return known == null || wanted.unshared() ? self : known.of(wanted);
  }

  private CacheRequest wanted(HttpRequest request) {
    return new CacheRequest(request, asked.scheme(), null, policy);
  }

  private HttpCache.Running fetchHere(Call call, Listener listener) {
    return direct.execute(call, answering(listener, false))::cancel;
  }

  private HttpCache.Running fetchFrom(String home, Call call, Listener listener) {
    if (at == null) {
      return fetchHere(call, listener);
    }
    HomeFetch fetch = ofNode(call, listener);
    fetch.started(links.execute(home, call, at, fetch));
    return fetch;
  }

  private HomeFetch ofNode(Call call, Listener listener) {
    return new HomeFetch(call, direct, answering(listener, true), answering(listener, false));
  }

  private HttpCache.Running takeOver(
      String before, Target.Cached cached, Call call, Succession from, Listener listener) {
    var taking = new TakingOver(ofNode(call, listener), from::late);
    taking.started(links.execute(before, call, cached.forCopy(), taking));
    return taking;
  }
}
