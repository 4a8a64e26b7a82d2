package dev.brink.mesh.cache;

import dev.brink.cache.CachePolicy;
import dev.brink.cache.CacheRequest;
import dev.brink.cache.Change;
import dev.brink.cache.HttpCache;
import dev.brink.cache.NotStoredException;
import dev.brink.cache.QueryRule;
import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import dev.brink.mesh.exchange.Executor;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.http.Problem;
import dev.brink.mesh.link.Links;
import dev.brink.mesh.proto.PurgeRequest;
import dev.brink.mesh.wire.CacheMessages;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Caches that functions keep responses in, by tenant and name. What is put goes to its key's home;
 * other nodes ask the home, and keep a copy until the home tells them that it has changed.
 *
 * <p>Calls are {@code GET}, {@code PUT} ({@link PutCall}) and {@code DELETE}, by whichever node
 * they come to first, and then by the home. Thread-safe; nothing here blocks.
 */
public final class NamedCaches implements Executor<Target.NamedCache> {
  private static final Duration DEFAULT_TTL = Duration.ofHours(2);
  private static final Duration NEGATIVE_TTL = Duration.ofMinutes(3);
  private static final CallFailure NOTHING =
      new CallFailure(
          Problem.of(404, "not-cached", "nothing is kept for this request"), CallFailure.Reach.RAN);

  private final String node;
  private final Homes homes;
  private final Links links;
  private final HttpCache cache;
  private final UntoldChanges untold;

  NamedCaches(String node, Homes homes, Links links, HttpCache cache, UntoldChanges untold) {
    this.node = node;
    this.homes = homes;
    this.links = links;
    this.cache = cache;
    this.untold = untold;
  }

  /** How a named cache keeps responses. */
  private static CachePolicy policy(Target.NamedCache target) {
    return CachePolicy.builder()
        .space(target.tenant())
        .version("cache " + target.name())
        .manual(true)
        .strict(true)
        .query(QueryRule.VERBATIM)
        .requestDirectives(false)
        .compress(false)
        .defaultTtl(DEFAULT_TTL)
        .negativeTtl(NEGATIVE_TTL)
        .staleIfError(Duration.ZERO)
        .build();
  }

  /**
   * Carries out a function's call, here or at the home. What is not there, or may not be stored, is
   * a failure that ran, of status 404 or 422.
   */
  Executor.Running call(Call call, Target.NamedCache target, CallListener listener) {
    CachePolicy policy = policy(target);
    call.request().setUri(asked(call, policy).target());
    if (call.request().method().equals(HttpMethod.GET)) {
      return match(call, policy, homes, target, listener);
    }
    String home = homes.of(asked(call, policy));
    if (home.equals(node)) {
      return change(call, policy, listener);
    }
    var change = Change.of(asked(call, policy), true);
    return links.execute(home, call, target, new Changing(listener, () -> cache.changed(change)));
  }

  /** Carries out a call as the home of what it is about. */
  @Override
  public Executor.Running execute(Call call, Target.NamedCache target, CallListener listener) {
    CachePolicy policy = policy(target);
    if (call.request().method().equals(HttpMethod.GET)) {
      return match(call, policy, null, target, listener);
    }
    return change(call, policy, listener);
  }

  private Executor.Running change(Call call, CachePolicy policy, CallListener listener) {
    HttpMethod method = call.request().method();
    if (!method.equals(HttpMethod.PUT) && !method.equals(HttpMethod.DELETE)) {
      listener.onFailure(
          new CallFailure(
              Problem.of(405, "method", method + " (expected: GET, PUT or DELETE)"),
              CallFailure.Reach.RAN));
      return () -> {};
    }
    CompletionStage<Change> changed =
        method.equals(HttpMethod.PUT) ? put(call, policy) : cache.remove(asked(call, policy));
    var _ =
        changed.whenComplete(
            (change, failure) -> {
              if (failure == null) {
                tell(change, listener);
              } else {
                listener.onFailure(failure(failure));
              }
            });
    return () -> {};
  }

  private Executor.Running match(
      Call call,
      CachePolicy policy,
      @Nullable Homes asking,
      Target.NamedCache target,
      CallListener listener) {
    var upstream =
        new MeshUpstream(
            node, asking, links, target, policy, call, NamedCaches::nothing, null, null);
    ClientAnswer answer =
        asking == null
            ? new PeerAnswer(node, upstream, listener)
            : new ClientAnswer(node, upstream, listener);
    return cache.handle(asked(call, policy), upstream, answer)::cancel;
  }

  private static CacheRequest asked(Call call, CachePolicy policy) {
    return new CacheRequest(call.request(), call.scheme(), null, policy);
  }

  private static Executor.Running nothing(Call call, CallListener listener) {
    listener.onFailure(NOTHING);
    return () -> {};
  }

  private CompletionStage<Change> put(Call call, CachePolicy policy) {
    var request = new CacheRequest(PutCall.asked(call.request()), call.scheme(), null, policy);
    return cache.put(request, PutCall.response(call.request()), call.body());
  }

  /** Answers once the other nodes know; those that don't in time are told later. */
  private void tell(Change change, CallListener listener) {
    PurgeRequest request =
        PurgeRequest.newBuilder().addChanges(CacheMessages.toProto(change.at(0))).build();
    var _ =
        links
            .purgeAll(request, EdgeCache.TELLING_LIMIT)
            .thenAccept(
                told -> {
                  untold.add(change, told.keySet());
                  if (change.found()) {
                    listener.onResponse(done(), null, new CallTiming(node, false, 0, 0, 0, 0));
                  } else {
                    listener.onFailure(NOTHING);
                  }
                });
  }

  private static DefaultFullHttpResponse done() {
    return new DefaultFullHttpResponse(
        HttpVersion.HTTP_1_1, HttpResponseStatus.NO_CONTENT, Unpooled.EMPTY_BUFFER);
  }

  private static CallFailure failure(Throwable failure) {
    Problem problem =
        failure instanceof NotStoredException refused
            ? Problem.of(422, "not-stored", refused.reason())
            : Problem.of(502, "body-lost", "the response's body broke off");
    return new CallFailure(problem, CallFailure.Reach.RAN);
  }

  /** Has this node forget its copy before whoever changed it hears that that is done. */
  private record Changing(CallListener to, Runnable forget) implements CallListener {
    @Override
    public void onResponse(
        HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CallTiming timing) {
      forget.run();
      to.onResponse(head, body, timing);
    }

    @Override
    public void onFailure(CallFailure failure) {
      forget.run();
      to.onFailure(failure);
    }
  }
}
