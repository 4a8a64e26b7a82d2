package dev.brink.mesh.cache;

import dev.brink.cache.CachePolicy;
import dev.brink.cache.FetchFailure;
import dev.brink.cache.HttpCache;
import dev.brink.cache.Upstream;
import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.link.Links;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Where this node's cache gets what it does not have: from the key's home, or at the source. */
final class MeshUpstream implements Upstream {
  private static final long LEAST_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final String self;
  private final @Nullable Homes homes;
  private final Links links;
  private final @Nullable Target at;
  private final CachePolicy policy;
  private final Call asked;
  private final Direct direct;
  private final long limitNanos;
  private volatile @Nullable CallTiming timing;

  /**
   * @param homes {@code null}: nothing is asked of other nodes
   * @param at what other nodes know the target as
   * @param asked the call that this is for
   */
  MeshUpstream(
      String self,
      @Nullable Homes homes,
      Links links,
      @Nullable Target at,
      CachePolicy policy,
      Call asked,
      Direct direct) {
    this.self = self;
    this.homes = homes;
    this.links = links;
    this.at = at;
    this.policy = policy;
    this.asked = asked;
    this.direct = direct;
    limitNanos = Math.max(LEAST_NANOS, asked.deadlineNanos() - System.nanoTime());
  }

  /** Of the last response that came; {@code null}: none came. */
  @Nullable CallTiming timing() {
    return timing;
  }

  @Override
  public HttpCache.Running fetch(
      HttpRequest request, Flow.@Nullable Publisher<ByteBuf> body, Listener listener) {
    var call =
        new Call(
            request,
            asked.scheme(),
            body,
            asked.clientAddress(),
            asked.requestId(),
            System.nanoTime() + limitNanos);
    String home = body == null && request.method().equals(HttpMethod.GET) ? home(request) : self;
    return home.equals(self) ? fetchHere(call, listener) : fetchFrom(home, call, listener);
  }

  @Override
  public boolean asksSource(HttpRequest request) {
    return home(request).equals(self);
  }

  private String home(HttpRequest request) {
    Homes known = homes;
    if (known == null) {
      return self;
    }
    return known.of(policy, request);
  }

  private HttpCache.Running fetchHere(Call call, Listener listener) {
    return direct.execute(call, new Answering(listener, false))::cancel;
  }

  private HttpCache.Running fetchFrom(String home, Call call, Listener listener) {
    if (at == null) {
      return fetchHere(call, listener);
    }
    var fetch =
        new HomeFetch(call, direct, new Answering(listener, true), new Answering(listener, false));
    fetch.started(links.execute(home, call, at, fetch));
    return fetch;
  }

  /**
   * Passes on what comes, and keeps where its time went. What caches tell each other in fields is
   * believed of a node only, and taken out in any case.
   */
  private final class Answering implements CallListener {
    private final Listener listener;
    private final boolean ofNode;

    Answering(Listener listener, boolean ofNode) {
      this.listener = listener;
      this.ofNode = ofNode;
    }

    @Override
    public void onInterim(HttpResponse head) {
      boolean unshared = head.headers().contains(PeerAnswer.UNSHARED);
      head.headers().remove(PeerAnswer.UNSHARED);
      if (unshared && ofNode) {
        listener.onUnshared();
      } else {
        listener.onInterim(head);
      }
    }

    @Override
    public void onResponse(
        HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CallTiming spent) {
      timing = spent;
      String stamp = head.headers().get(PeerAnswer.STAMP, "");
      head.headers().remove(PeerAnswer.STAMP);
      boolean believed = ofNode && stamp.matches("[0-9]{1,18}");
      listener.onResponse(head, body, believed ? Long.parseLong(stamp) : 0);
    }

    @Override
    public void onFailure(CallFailure failure) {
      listener.onFailure(
          new FetchFailure(failure.problem().status(), failure.problem().detail(), failure));
    }
  }
}
